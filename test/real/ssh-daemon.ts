import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installCommands } from './commands.ts'
import type { AtEnd } from './session.ts'
import { sshd } from './ssh-server.ts'

/** A real sshd on a port of 127.0.0.1, at which one unprivileged user signs in with a key. */
export interface SshDaemon {
  /** The words for ssh that lead to it, before the host. */
  readonly options: readonly string[]
  /** PATH there. */
  readonly path: string
  /** The user's home folder there. */
  readonly home: string
  readonly userId: number
  /** Ends the connections that are open, as a cut cable does, and takes new ones. */
  cut(): void
}

/**
 * Needs root: the daemon sees a user database of its own, in a mount namespace of its own. Our commands are on PATH there,
 * unless `installs` is false. `settings` are further lines of its configuration.
 */
export async function sshDaemon(
  userId: number,
  installs: boolean,
  atEnd: AtEnd,
  ...settings: readonly string[]
): Promise<SshDaemon> {
  const folder = mkdtempSync(join(tmpdir(), 'cb-sshd-'))
  chmodSync(folder, 0o755)
  const path = `${installs ? `${installCommands(join(folder, 'commands'))}:` : ''}/usr/local/bin:/usr/bin:/bin`
  const home = join(folder, 'home')
  mkdirSync(home)
  chownSync(home, userId, userId)
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  for (const name of ['host', 'key']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
  }
  const users = [
    'root:x:0:0::/root:/bin/sh',
    'sshd:x:4710:4710::/:/bin/false',
    `far:x:${userId}:${userId}::${home}:/bin/sh`,
  ]
  const passwd = file('passwd', `${users.join('\n')}\n`)
  const shadow = file('shadow', 'root:*:19000:0:99999:7:::\nfar:*:19000:0:99999:7:::\n')
  const port = await freePort()
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host')}`,
    `AuthorizedKeysFile ${file('keys', readFileSync(join(folder, 'key.pub'), 'utf8'))}`,
    'UsePAM no',
    'PasswordAuthentication no',
    'StrictModes no',
    'PidFile none',
    `SetEnv PATH=${path}`,
    ...settings,
  ]
  const config = file('config', `${lines.join('\n')}\n`)
  mkdirSync('/run/sshd', { recursive: true })
  const mounts = `mount --bind ${passwd} /etc/passwd && mount --bind ${shadow} /etc/shadow`
  const words = ['--mount', 'sh', '-c', `${mounts} && exec ${sshd} -D -e -f ${config}`]
  const daemon = spawn('unshare', words, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(daemon, 'close')
  atEnd(async () => {
    cut()
    daemon.kill()
    await ended
    rmSync(folder, { recursive: true, force: true })
  })
  await new Promise<void>((resolve, reject) => {
    let said = ''
    daemon.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString()
      if (said.includes('Server listening')) resolve()
    })
    daemon.on('close', () => reject(new Error(`sshd ended: ${said}`)))
  })

  function cut(): void {
    const children = readFileSync(`/proc/${daemon.pid}/task/${daemon.pid}/children`, 'utf8').trim().split(' ')
    for (const child of children.filter((one) => one !== '')) killBelow(Number(child))
  }

  const client = {
    Port: String(port),
    User: 'far',
    IdentityFile: join(folder, 'key'),
    IdentitiesOnly: 'yes',
    StrictHostKeyChecking: 'no',
    UserKnownHostsFile: '/dev/null',
    LogLevel: 'ERROR',
  }
  const options = ['-F', 'none', ...Object.entries(client).flatMap(([name, value]) => ['-o', `${name}=${value}`])]
  return { options, path, home, userId, cut }
}

/** The processes of one connection: sshd forks once more for the user's part of it. */
function killBelow(pid: number): void {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
    process.kill(pid, 'SIGKILL')
    for (const child of children.filter((one) => one !== '')) process.kill(Number(child), 'SIGKILL')
  } catch {}
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
