import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { AtEnd, Session } from './session.ts'
import { takesConnections, until } from './until.ts'

/**
 * podman's service on a socket, as on another machine: with images and a home of its own, where nothing of ours is set up.
 * The words that lead a client there.
 */
export async function startPodmanService(session: Session, atEnd: AtEnd): Promise<readonly string[]> {
  const socket = join(session.folder, 'podman.sock')
  const folder = (name: string) => join(session.folder, 'podman', name)
  const places = ['--root', folder('root'), '--runroot', folder('run'), '--tmpdir', folder('tmp')]
  const words = ['podman', ...places, '--storage-driver', 'vfs', 'system', 'service', '--time=0', `unix://${socket}`]
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder('home'), TMPDIR: folder('') }
  mkdirSync(folder('home'), { recursive: true })
  const service = spawn('setpriv', ['--pdeathsig', 'KILL', ...words], { env, stdio: 'ignore' })
  const exit = once(service, 'exit')
  atEnd(async () => {
    service.kill('SIGKILL')
    await exit
  })
  await until(() => takesConnections(socket), "podman's service did not start")
  return ['--remote', '--url', `unix://${socket}`]
}
