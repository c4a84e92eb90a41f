import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../real/run.ts'

const child = join(import.meta.dirname, 'slow-child.ts')

test.each([
  ['a program that does not end', 'sleep 40'],
  ['what it started, which holds its streams', 'sleep 40 & wait'],
  ['what it left behind, which holds its streams', 'sleep 40 &'],
])('%s is given up, and keeps nobody waiting', async (_, script) => {
  const outcome = await run(process.execPath, ['--import', 'tsx', child, script], { env: process.env })
  expect(outcome).toMatchObject({ stdout: 'timeout\n', timedOut: false, exitCode: 0 })
})
