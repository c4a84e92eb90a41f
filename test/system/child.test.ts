import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../real/run.ts'

const child = join(import.meta.dirname, 'slow-child.ts')

test.each([
  ['a program that does not end', 'sleep 40'],
  ['a child of the program that holds its streams open', 'sleep 40 & wait'],
  ['an orphan of the program that holds its streams open', 'sleep 40 &'],
])('%s is not waited for after the timeout', async (_, script) => {
  const outcome = await run(process.execPath, ['--import', 'tsx', child, script], { env: process.env })
  expect(outcome).toMatchObject({ stdout: 'timeout\n', timedOut: false, exitCode: 0 })
})
