import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programOnPath } from './require.ts'
import type { AtEnd } from './session.ts'

/** An OpenSSH server that a client starts itself, as its ProxyCommand, and that ends with the connection. */
export interface SshServer {
  /** The words for ssh(1) that lead to it, whatever the name of the host is. */
  readonly options: readonly string[]
}

/** The server's program, which is often not on a person's PATH. */
export const sshd: string | undefined = programOnPath('sshd', `${process.env['PATH']}:/usr/sbin`)

/** How a person may prove who she is: a password, the questions of PAM, which the server words, or this public key. */
export type Way = 'password' | 'questions' | { readonly publicKey: string }

/** Where the user's commands run: as root, in this home folder, with these variables. Absent: as a user without a home. */
export interface RemoteHome {
  readonly home: string
  readonly env: Readonly<Record<string, string>>
}

/**
 * A server that knows one user with one password. Needs root: it sees a user database of its own, in a mount namespace of its own.
 */
export function sshServer(user: string, password: string, way: Way, atEnd: AtEnd, at?: RemoteHome): SshServer {
  const folder = mkdtempSync(join(tmpdir(), 'cb-sshd-'))
  atEnd(async () => rmSync(folder, { recursive: true, force: true }))
  const file = (name: string, text: string, mode = 0o644) => {
    writeFileSync(join(folder, name), text)
    chmodSync(join(folder, name), mode)
    return join(folder, name)
  }
  chmodSync(folder, 0o755)
  const hash = execFileSync('perl', ['-e', 'print crypt($ARGV[0], q($6$saltsalt$))', password], { encoding: 'utf8' })
  const users = `root:x:0:0::/root:/bin/sh\nsshd:x:4710:4710::/:/bin/false\n${user}:x:${at === undefined ? '4711:4711::/tmp' : `0:0::${at.home}`}:/bin/sh\n`
  const passwd = file('passwd', users)
  const shadow = file('shadow', `root:*:19000:0:99999:7:::\n${user}:${hash}:19000:0:99999:7:::\n`, 0o600)
  mkdirSync(join(folder, 'pam.d'))
  file('pam.d/sshd', 'auth required pam_unix.so\naccount required pam_permit.so\nsession required pam_permit.so\n')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'host')])
  const key = typeof way === 'string' ? 'none' : file('keys', readFileSync(way.publicKey, 'utf8'))
  const variables = Object.entries(at?.env ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
  const config = file(
    'config',
    `HostKey ${join(folder, 'host')}
UsePAM ${way === 'questions' ? 'yes' : 'no'}
PasswordAuthentication ${way === 'password' ? 'yes' : 'no'}
KbdInteractiveAuthentication ${way === 'questions' ? 'yes' : 'no'}
AuthorizedKeysFile ${key}
StrictModes no
PidFile none
${variables === '' ? '' : `SetEnv ${variables}\n`}`,
  )
  const mounts = [
    `mount --bind ${passwd} /etc/passwd`,
    `mount --bind ${shadow} /etc/shadow`,
    `mount --bind ${join(folder, 'pam.d')} /etc/pam.d`,
  ]
  const serve = `mkdir -p /run/sshd && ${mounts.join(' && ')} && exec ${sshd} -i -f ${config}`
  const command = file('serve', `#!/bin/sh\nexec unshare --mount sh -c '${serve}'\n`, 0o755)
  const settings = {
    ProxyCommand: command,
    StrictHostKeyChecking: 'no',
    UserKnownHostsFile: '/dev/null',
    LogLevel: 'ERROR',
  }
  return { options: ['-F', 'none', ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])] }
}
