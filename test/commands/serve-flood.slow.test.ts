import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs } from '../real/require.ts'
import { run } from '../real/run.ts'
import { farSide, startServe } from '../real/serving.ts'
import { until } from '../real/until.ts'
import { startWorld } from '../real/world.ts'

const at = 'https://git.example.com'
const request = 'protocol=https\nhost=git.example.com\n\n'
const hello = '{"credbridge":1}\n'
const find = `${JSON.stringify({ id: 1, do: 'find', tool: 'git', kinds: ['basic'], endpoints: ['https://no.example.com'] })}\n`

/** What hostile connections send, again and again. */
const floods = ['x'.repeat(1_000_000), hello + find.repeat(1000), `${hello}{"id":`, `${hello}${'{}\n'.repeat(10_000)}`]

/** Three hundred connections, each made anew when it is closed, until `stop`. None reads its answers. */
function flood(path: string): { stop(): void } {
  const open = new Set<Socket>()
  let isOver = false
  const start = (at: number) => {
    if (isOver) return
    const socket = connect(path)
    open.add(socket)
    socket.on('error', () => {})
    socket.on('connect', () => socket.write(floods[at % floods.length] ?? ''))
    socket.on('close', () => {
      open.delete(socket)
      setImmediate(start, at)
    })
  }
  for (let at = 0; at < 300; at++) start(at)
  return {
    stop() {
      isOver = true
      for (const socket of open) socket.destroy()
    },
  }
}

needs('npm run build', built)('a far side that floods its socket', () => {
  test('gets nothing, and calls of this machine and of other sockets are answered', async () => {
    const world = await startWorld('no-bus', onTestFinished)
    const env: Record<string, string> = { ...world.env, CREDBRIDGE_STORE: 'vault' }
    await run('credbridge', ['set', at, 'ann'], { env, input: 's3cret' })
    const [flooded, other] = [await startServe(env, '--allow', at), await startServe(env, '--allow', at)]
    const get = (of: Readonly<Record<string, string>>) =>
      run('git-credential-credbridge', ['get'], { env: of, input: request })
    const hostile = flood(flooded.socket)
    onTestFinished(() => hostile.stop())
    await until(async () => flooded.said().includes('no.example.com outside'), 'the flood does not arrive')
    for (let count = 0; count < 5; count++) {
      expect((await get(env)).stdout).toContain('password=s3cret')
      expect((await get(farSide(env, other.socket))).stdout).toContain('password=s3cret')
    }
    hostile.stop()
    await until(async () => (await get(farSide(env, flooded.socket))).exitCode === 0, 'the socket is lost')
    expect(await flooded.end()).toBe('SIGINT')
  })
})
