import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { built, installCommands } from '../real/commands.ts'
import { needs } from '../real/require.ts'
import { run } from '../real/run.ts'

/* How long a call waits for who writes to its standard input. */

const request = 'protocol=https\nhost=git.example.com\n'

needs('the build (npm run build)', built)('standard input', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cb-patience-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const commands = installCommands(join(folder, 'bin'))
  const command = join(commands, 'git-credential-credbridge')
  const env = { PATH: `${commands}:/usr/bin:/bin`, HOME: folder, CREDBRIDGE_STORE: 'memory' }

  test('a pipe that stays open and silent is given up', () => {
    const outcome = spawnSync('/bin/sh', ['-c', 'sleep 11 | "$0" get', command], {
      env,
      encoding: 'utf8',
      timeout: 40_000,
    })
    expect(outcome.stderr).toContain('credbridge: timed out waiting for the request on standard input\n')
    expect(outcome.status).not.toBe(0)
  })

  test('a byte now and then does not go on for ever', () => {
    const script = 'for byte in a b c d; do printf $byte; sleep 4; done | "$0" get'
    const outcome = spawnSync('/bin/sh', ['-c', script, command], { env, encoding: 'utf8', timeout: 40_000 })
    expect(outcome.stderr).toContain('credbridge: timed out waiting for the request on standard input\n')
  })

  test('standard input is never closed and the message never ends: the process ends by itself', async () => {
    const outcome = await run(command, ['get'], { env, input: request, keepStdinOpen: true, timeout: 40_000 })
    expect(outcome.timedOut).toBe(false)
    expect(outcome.exitCode).not.toBe(0)
    expect(outcome.stderr).toBe('credbridge: timed out waiting for the request on standard input\n')
    expect(outcome.stdout).toBe('')
  })

  test('a person who pipes a secret in has all the time, for whatever asks them for it', () => {
    const script = '(sleep 11; echo s3cret) | credbridge set https://git.example.com alice'
    const { status, stderr } = spawnSync('/bin/sh', ['-c', script], { env, encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: 'kept for https://git.example.com\n' })
  })
})
