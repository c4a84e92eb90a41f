/*
 * The units by which systemd's manager of a user listens at the socket, and starts `serve` when somebody connects:
 * https://www.freedesktop.org/software/systemd/man/latest/systemd.socket.html
 */

export const socketUnit = 'credbridge-serve.socket'
export const serviceUnit = 'credbridge-serve.service'

/** The first line of both files. A file without it is not ours. */
export const madeBy = '# Made by: credbridge setup serve'

/** `path`: of the socket, in the manager's words, where `%t` is the folder of the session. */
export function socketUnitText(path: string): string {
  return `${madeBy}
[Unit]
Description=The socket of credbridge serve

[Socket]
ListenStream=${path}
SocketMode=0600
DirectoryMode=0700
RemoveOnStop=yes

[Install]
WantedBy=sockets.target
`
}

/**
 * `command` starts with the absolute path of a program. Only what a manager of a user can do without privileges is closed. A
 * dialog or a command that prints a secret runs in there, too, so namespaces and writable memory stay open to it.
 */
export function serviceUnitText(
  command: readonly string[],
  path: string,
  variables: Readonly<Record<string, string>>,
): string {
  const environment = Object.entries(variables).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}\n`)
  return `${madeBy}
[Unit]
Description=credbridge serve, which answers the tools of other machines within a grant
Requires=${socketUnit}
After=${socketUnit}

[Service]
${environment.join('')}ExecStart=${command.map(literally).join(' ')} --socket ${path}
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=~@clock @cpu-emulation @module @obsolete @raw-io @reboot @swap
SystemCallErrorNumber=EPERM
`
}

/** A path as a unit has it, where `%` begins a word of the manager's. */
export function unitPath(path: string): string {
  return path.replaceAll('%', '%%')
}

/** A word of a command, in which the manager also expands variables. */
function literally(word: string): string {
  return quoted(word).replaceAll('$', '$$$$')
}

/** https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html#Quoting */
function quoted(word: string): string {
  const escaped = word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
  return `"${unitPath(escaped)}"`
}
