import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sshDaemon } from '../test/real/ssh-daemon.ts'
import { takesConnections, until } from '../test/real/until.ts'
import type { Figures } from './measure.ts'
import type { World } from './world.ts'

/*
 * A find through a socket that ssh forwards, and a bare round trip of as many bytes through another socket of the same
 * connection. In turns; each opens a connection of its own, as the store `remote` does.
 */

const turns = 100

/** In milliseconds: what ssh says when a connection ends is acknowledged by then, and holds up no packet of the next one. */
const pause = 60

const request = Buffer.from(
  '{"credbridge":1}\n{"id":1,"do":"find","tool":"git","kinds":["basic"],"endpoints":["https://served.example.com"]}\n',
)

export const names = { find: 'find over ssh', bare: 'bare round trip over ssh' }

export async function overSsh({ session, atEnd }: World, served: string): Promise<readonly Figures[]> {
  const answer = await roundTrip(served)
  const echo = join(session.folder, 'sockets', 'echo.sock')
  const server = createServer((socket) => {
    let received = 0
    socket.on('error', () => {})
    socket.on('data', ({ length }) => {
      received += length
      if (received === request.length) socket.write(answer)
    })
  }).listen(echo)
  atEnd(async () => void server.close())
  const there = await sshDaemon(4711, false, atEnd)
  const [find, bare] = [join(there.home, 'find.sock'), join(there.home, 'bare.sock')]
  const forwards = ['-R', `${find}:${served}`, '-R', `${bare}:${echo}`]
  const ssh = spawn('ssh', [...there.options, ...forwards, '-N', '127.0.0.1'], { stdio: 'ignore' })
  atEnd(async () => {
    const ended = once(ssh, 'close')
    ssh.kill()
    await ended
  })
  for (const socket of [find, bare]) await until(() => takesConnections(socket), 'ssh forwards nothing')
  const times = { find: [] as number[], bare: [] as number[] }
  for (let turn = -5; turn < turns; turn++) {
    for (const [name, socket] of [['find', find] as const, ['bare', bare] as const]) {
      await sleep(pause)
      const start = performance.now()
      const { length } = await roundTrip(socket, answer.length)
      if (length !== answer.length) throw new Error(`${name}: another answer came`)
      if (turn >= 0) times[name].push(performance.now() - start)
    }
  }
  return [figures(names.find, times.find), figures(names.bare, times.bare)]
}

/** The two lines of the answer, or so many bytes. */
function roundTrip(path: string, length = Number.POSITIVE_INFINITY): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    let received = Buffer.alloc(0)
    socket.on('connect', () => socket.write(request))
    socket.on('error', reject)
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes])
      if (received.length < length && received.toString().split('\n').length < 3) return
      socket.destroy()
      resolve(received)
    })
  })
}

function figures(name: string, times: readonly number[]): Figures {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (part: number) => sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN
  return { name, runs: times.length, median: at(0.5), min: at(0), p90: at(0.9), peak: 0 }
}
