import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { peerUser, peerUserIn } from '../../src/system/peer-user.ts'
import { needs, programOnPath } from '../real/require.ts'

/* Who holds the other end of a connection over loopback, as the kernel's table says. */

const row = (from: string, to: string, user: number) =>
  `   0: 0100007F:${from} 0100007F:${to} 01 00000000:00000000 00:00000000 00000000 ${String(user).padStart(5)}        0 4711 1`

test.each<readonly [string, readonly string[], string]>([
  ['of this user', [row('1F90', 'C001', 1000), row('C001', '1F90', 1000)], 'same'],
  ['of another user', [row('1F90', 'C001', 1000), row('C001', '1F90', 1001)], 'another'],
  [
    'of root, which a connection that is closing has, too',
    [row('1F90', 'C001', 1000), row('C001', '1F90', 0)],
    'another',
  ],
  ['that has gone', [row('1F90', 'C001', 1000), row('C002', '1F90', 1000)], 'another'],
  [
    'with the same port from another address',
    [row('1F90', 'C001', 1000), row('C001', '1F90', 1000), row('C001', '1F90', 1001)],
    'another',
  ],
  ['that root has accepted', [row('1F90', 'C001', 0), row('C001', '1F90', 1001)], 'same'],
])('an end %s', (_, rows, user) => {
  expect(peerUserIn(['  sl  local_address rem_address', ...rows, ''].join('\n'), 0x1f90, 0xc001)).toBe(user)
})

const isRoot = process.platform === 'linux' && process.getuid?.() === 0
needs('root and setpriv', isRoot && programOnPath('setpriv') !== undefined)('with real users', () => {
  const wait = 'setTimeout(() => {}, 60_000)'

  /** A program of a user; returns the first line that it prints. */
  async function started(user: number, script: string): Promise<[ChildProcess, string]> {
    const words = ['--reuid', String(user), '--clear-groups', process.execPath, '-e', script]
    const child = spawn('setpriv', words, { cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill())
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    return [child, line.toString().trim()]
  }

  test.each([
    ['same', 4711],
    ['another', 4712],
  ])('%s', async (expected, user) => {
    const server = `const s = require('node:net').createServer((c) => console.log(c.remotePort)).listen(0, '127.0.0.1', () => console.log(s.address().port)); ${wait}`
    const [listening, port] = await started(4711, server)
    const accepted = once(listening.stdout as NonNullable<typeof listening.stdout>, 'data') as Promise<[Buffer]>
    await started(user, `require('node:net').connect(${port}, '127.0.0.1', () => console.log('there')); ${wait}`)
    expect(peerUser(Number(port), Number((await accepted)[0].toString()))).toBe(expected)
  })

  test('root accepts everybody', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const accepted = once(server, 'connection') as Promise<[Socket]>
    await started(4712, `require('node:net').connect(${port}, '127.0.0.1', () => console.log('there')); ${wait}`)
    const [socket] = await accepted
    onTestFinished(() => void socket.destroy())
    expect(peerUser(port, socket.remotePort ?? 0)).toBe('same')
  })
})
