import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs } from '../real/require.ts'
import { run } from '../real/run.ts'
import { farSide, startServe } from '../real/serving.ts'
import { until } from '../real/until.ts'
import { startWorld } from '../real/world.ts'

const at = 'https://git.example.com'

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
})
