import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AtEnd, Session } from './session.ts'

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
  while (!(await answers(socket))) {
    if (service.exitCode !== null) throw new Error(`podman's service ended with ${service.exitCode}`)
    await sleep(5)
  }
  return ['--remote', '--url', `unix://${socket}`]
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket)
    connection.on('connect', () => resolve(true)).on('error', () => resolve(false))
    connection.on('connect', () => connection.destroy())
  })
}
