import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { parseAddress } from '../../src/core/endpoint.ts'
import { burst, mostConnections } from '../../src/remote/limits.ts'
import { someone } from '../asker.ts'
import { credentialAt, findLine, gitlab, grantFor, hello, hostile, serveWorld } from './serve-world.ts'

const items = [credentialAt(gitlab), credentialAt('https://other.example.com')]

/** Whether a well-behaved caller is answered. */
async function answers(world: Awaited<ReturnType<typeof serveWorld>>): Promise<boolean> {
  const lookup = { tool: 'git', kinds: ['basic'], endpoints: [parseAddress(gitlab)] } as const
  return (await world.far.broker({ ...someone, tool: 'git' }).find(lookup)) !== undefined
}

describe('a hostile far side gets nothing, and others are still answered', () => {
  test.each([
    ['no first line', findLine([gitlab])],
    ['another version', '{"credbridge":2}\n'],
    ['no JSON', `${hello}{"id":1,`.concat('\n')],
    ['no endpoint', hello + findLine([])],
    ['too many endpoints', hello + findLine(Array.from({ length: 129 }, (_, at) => `${gitlab}/${at}`))],
    ['an endpoint that is none', hello + findLine(['gitlab.example.com'])],
    ['an endless name', hello + findLine([`${gitlab}/${'x'.repeat(5000)}`])],
    ['a NUL', hello + findLine([gitlab], { account: 'ann\0' })],
    ['a NUL byte', `${hello}\0\n`],
    ['a line of 10 MB', hello + 'x'.repeat(10_000_000)],
  ])('%s', async (_, bytes) => {
    const world = await serveWorld(grantFor(gitlab), items)
    const client = await hostile(world.path)
    client.send(bytes)
    const lines: string[] = []
    for (let line = await client.line(); line !== undefined; line = await client.line()) lines.push(line)
    await client.ended
    expect(lines.at(-1) ?? '{"failure":1}').toContain('"failure"')
    expect(lines.join('\n')).not.toContain('secret')
    expect(world.read).toEqual([])
    expect(await answers(world)).toBe(true)
  })

  test.each(['https://other.example.com', 'HTTPS://OTHER.example.com:443/x/..', { service: gitlab }])(
    'the endpoint %j',
    async (endpoint) => {
      const world = await serveWorld(grantFor(gitlab), items)
      const client = await hostile(world.path)
      client.send(hello + findLine([endpoint]))
      await client.line()
      expect(await client.line()).toBe('{"id":7,"answer":null}')
      expect(world.read).toEqual([])
    },
  )

  test('a request begun and never ended costs a connection for ten seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const world = await serveWorld(grantFor(gitlab), items)
    const client = await hostile(world.path)
    client.send(`${hello}{"id":`)
    await client.line()
    vi.advanceTimersByTime(9_999)
    await new Promise((resolve) => setImmediate(resolve))
    expect(client.socket.destroyed).toBe(false)
    vi.advanceTimersByTime(2)
    await client.ended
  })

  test(`more than ${mostConnections} connections are closed at once, and room comes back`, async () => {
    const world = await serveWorld(grantFor(gitlab), items)
    const clients = []
    for (let count = 0; count < mostConnections; count++) clients.push(await hostile(world.path))
    for (const client of clients) client.send(hello)
    for (const client of clients) await client.line()
    const more = await hostile(world.path)
    more.send(hello)
    expect(await more.line()).toBeUndefined()
    for (const { socket } of clients) socket.destroy()
    await vi.waitFor(async () => expect(await answers(world)).toBe(true), 10_000)
  })

  test('a flood of requests reads nothing, and its answers come one by one', async () => {
    const world = await serveWorld(grantFor(gitlab), items)
    const client = await hostile(world.path)
    client.send(hello + findLine(['https://other.example.com']).repeat(2000))
    for (let count = 0; count < burst; count++) await client.line()
    expect(world.read).toEqual([])
    client.socket.destroy()
    await client.ended
  })

  test('one hundred callers at once are all answered', async () => {
    const world = await serveWorld(grantFor(gitlab), items)
    const all = await Promise.all(Array.from({ length: 100 }, () => answers(world)))
    expect(all.every((one) => one)).toBe(true)
  })
})
