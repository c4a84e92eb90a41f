import { once } from 'node:events'
import { request as ask } from 'node:http'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from '../../src/sign-in/loopback.ts'
import type { PeerUser } from '../../src/system/peer-user.ts'

/* The port to which the browser comes back: whoever else calls it gets 404, and the sign-in goes on. */

const state = 'right'

async function started(host: '127.0.0.1' | 'localhost' = '127.0.0.1', user?: PeerUser) {
  const loopback = await listen(host, state, user === undefined ? undefined : () => user)
  onTestFinished(() => loopback.close())
  const { port } = new URL(loopback.redirectUri)
  return { ...loopback, port: Number(port) }
}

/** Sends these bytes, and returns all that comes back. */
async function sent(port: number, bytes: string, localAddress = '127.0.0.1'): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  let answer = ''
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString()
  })
  socket.on('error', () => {})
  socket.write(bytes)
  await new Promise((resolve) => socket.on('close', resolve))
  return answer
}

const get = (port: number, target: string, ...headers: readonly string[]) =>
  [`GET ${target} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...headers, '', ''].join('\r\n')

test('the right request brings its query, and a plain page that may not be kept', async () => {
  const { answer, port } = await started()
  const page = await sent(port, get(port, '/?code=c&state=right'))
  expect(page).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(page).toContain('Content-Type: text/plain; charset=utf-8\r\n')
  expect(page).toContain('Cache-Control: no-store\r\n')
  expect(await answer(60_000)).toEqual({ query: 'code=c&state=right', isOurs: process.platform === 'linux' })
})

test.each<readonly [string, (port: number) => string]>([
  ['a forged state', (port) => get(port, '/?code=evil&state=wrong')],
  ['no state', (port) => get(port, '/?code=evil')],
  ['two states', (port) => get(port, '/?code=evil&state=wrong&state=right')],
  ['another path', (port) => get(port, '/other?code=evil&state=right')],
  ['the icon that browsers ask for', (port) => get(port, '/favicon.ico')],
  ['another method', (port) => get(port, '/?code=evil&state=right').replace('GET', 'POST')],
  [
    'another host, as after a rebinding',
    (port) => get(port, '/?code=evil&state=right').replace('127.0.0.1', 'evil.example.com'),
  ],
  ['another port in the host', (port) => get(port, '/?code=evil&state=right').replace(`:${port}`, ':1')],
  ['no host', () => 'GET /?code=evil&state=right HTTP/1.1\r\n\r\n'],
  ['two hosts', (port) => get(port, '/?code=evil&state=right', `Host: 127.0.0.1:${port}`)],
  ['another protocol', (port) => get(port, '/?code=evil&state=right').replace('HTTP/1.1', 'HTTP/9')],
])('%s gets 404 and changes nothing', async (_, bytes) => {
  const { answer, port } = await started()
  expect(await sent(port, bytes(port))).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/)
  await sent(port, get(port, '/?code=good&state=right'))
  expect(await answer(60_000)).toEqual({ query: 'code=good&state=right', isOurs: process.platform === 'linux' })
})

test('another user of the machine, who has read the address, gets 404', async () => {
  const { port } = await started('127.0.0.1', 'another')
  expect(await sent(port, get(port, '/?code=evil&state=right'))).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/)
})

test.runIf(process.platform === 'linux')('another address of this machine gets 404', async () => {
  const { port } = await started()
  expect(await sent(port, get(port, '/?code=evil&state=right'), '127.0.0.2')).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/)
})

test('where the system does not tell who calls, the answer says so', async () => {
  const { answer, port } = await started('127.0.0.1', 'unknown')
  await sent(port, get(port, '/?code=c&state=right'))
  expect(await answer(60_000)).toEqual({ query: 'code=c&state=right', isOurs: false })
})

test('a page on another origin that calls the port cannot read the answer', async () => {
  const { port } = await started()
  const page = await sent(port, get(port, '/?code=evil&state=wrong', 'Origin: https://evil.example.com'))
  expect(page.toLowerCase()).not.toContain('access-control-allow')
})

test('an endless request is cut', async () => {
  const { port } = await started()
  expect(await sent(port, 'GET /?x='.padEnd(100_000, 'x'))).toBe('')
})

test('idle connections do not keep the browser out', async () => {
  const { answer, port } = await started()
  const idle = Array.from({ length: 40 }, () => connect(port, '127.0.0.1').on('error', () => {}))
  await Promise.all(idle.map((socket) => once(socket, 'connect')))
  expect(await sent(port, get(port, '/?code=c&state=right'))).toContain('200 OK')
  expect(await answer(60_000)).toEqual({ query: 'code=c&state=right', isOurs: process.platform === 'linux' })
  for (const socket of idle) socket.destroy()
})

test('localhost is the host where the provider wants it', async () => {
  const { redirectUri, port } = await started('localhost')
  expect(redirectUri).toBe(`http://localhost:${port}`)
  const bytes = get(port, '/?code=c&state=right')
  expect(await sent(port, bytes)).toMatch(/ 404 /)
  expect(await sent(port, bytes.replace('127.0.0.1', 'localhost'))).toMatch(/ 200 /)
})

test('nobody comes: a clear word', async () => {
  const { answer } = await started()
  await expect(answer(1)).rejects.toThrow('nobody has confirmed the sign-in in time')
})

test('a real HTTP client is answered', async () => {
  const { redirectUri } = await started()
  const request = ask(`${redirectUri}/?state=right`)
  request.end()
  const [response] = (await once(request, 'response')) as [{ statusCode?: number; resume(): void }]
  response.resume()
  expect(response.statusCode).toBe(200)
})
