import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { built, isStandalone } from '../real/commands.ts'
import { needs } from '../real/require.ts'
import { run } from '../real/run.ts'
import { farSide, startServe } from '../real/serving.ts'
import { takesConnections, until } from '../real/until.ts'
import { startWorld } from '../real/world.ts'

const at = 'https://git.example.com'
const isOtherNode = (process.env['CREDBRIDGE_TEST_NODE'] ?? '') !== ''

needs('npm run build', built)('credbridge serve that nobody asks', () => {
  test('wakes for nothing', async () => {
    const world = await startWorld('no-bus', onTestFinished)
    const env: Record<string, string> = { ...world.env, CREDBRIDGE_STORE: 'vault' }
    await run('credbridge', ['set', at, 'ann'], { env, input: 's3cret' })
    const served = await startServe(env, '--allow', at, '--until', '8h')
    expect((await run('credbridge', ['get', at], { env: farSide(env, served.socket) })).stdout).toBe('s3cret\n')
    /** How often its main thread has waited: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
    const waits = () =>
      /^voluntary_ctxt_switches:\s+([0-9]+)$/m.exec(readFileSync(`/proc/${served.pid}/status`, 'utf8'))?.[1]
    const isStill = async () => {
      const before = waits()
      await sleep(3000)
      return before !== undefined && waits() === before
    }
    // What the last answer left behind, such as a collection of garbage, comes to its end.
    await until(isStill, 'serve goes on waking')
  })

  // The newest Node keeps more than the goal after a load: bench/NOTES.md.
  test.skipIf(isOtherNode)('is small again after a thousand requests', async () => {
    const world = await startWorld('no-bus', onTestFinished)
    const env: Record<string, string> = { ...world.env, CREDBRIDGE_STORE: 'vault' }
    await run('credbridge', ['set', at, 'ann'], { env, input: 's3cret' })
    const served = await startServe(env, '--allow', at, '--quiet')
    for (let round = 0; round < 10; round++) expect(await foundBy(served.socket, 100)).toBe(100)
    const most = isStandalone ? 12 : (await bareServer(join(world.session.folder, 'bare'))) + 15
    const isSmall = async () => {
      await sleep(1000)
      return memoryOf(served.pid) < most
    }
    await until(isSmall, 'serve keeps what requests left behind')
  })
})

/** In MB: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
function memoryOf(pid: number): number {
  const [, size] = /^VmRSS:\s+([0-9]+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(size) / 1024
}

/** The memory of a process of Node that only listens. */
async function bareServer(path: string): Promise<number> {
  const child = spawn(process.execPath, ['-e', `require('net').createServer().listen('${path}')`])
  onTestFinished(() => void child.kill('SIGKILL'))
  await until(() => takesConnections(path), 'the bare server does not listen')
  return memoryOf(child.pid ?? 0)
}

/** So many finds over one connection each, all at once; returns how many were answered. */
async function foundBy(socket: string, count: number): Promise<number> {
  const request = { id: 1, do: 'find', tool: 'git', kinds: ['basic'], endpoints: [at] }
  const answers = Array.from({ length: count }, async () => {
    const connection = connect(socket)
    connection.write(`{"credbridge":1}\n${JSON.stringify(request)}\n`)
    let said = ''
    for await (const bytes of connection) {
      said += bytes
      if (said.includes('s3cret')) return 1
    }
    return 0
  })
  return (await Promise.all(answers)).filter((one) => one === 1).length
}
