import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { missingParts } from './test/real/missing-parts.ts'

/** Variations, and what kills, floods, waits or takes long. */
const slow = 'test/**/*.slow.test.ts'

/** What needs a program that takes long to build: .ci/weekly. */
const weekly = 'test/**/*.weekly.test.ts'

/** What runs under Wine: .ci/windows. */
const windows = 'test/windows/*.windows.test.ts'

/** Has tests for `npm test` and others for `npm run test:slow` (test/real/depth.ts, test/real/stores.ts). */
const forBoth = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !file.endsWith('.slow.test.ts'))
  .map((file) => join('test', file))
  .filter((file) => /\/real\/(depth|stores)\.ts'/.test(readFileSync(file, 'utf8')))

/** A file that is named on the command line is run by whichever of the two has it, or by both. */
export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    reporters: ['default', missingParts()],
    projects: [
      { extends: true, test: { name: 'usual', include: ['test/**/*.test.ts'], exclude: [slow, weekly, windows] } },
      {
        extends: true,
        test: { name: 'slow', include: [slow, ...forBoth], env: { CREDBRIDGE_TEST_PROJECT: 'slow' } },
      },
      { extends: true, test: { name: 'weekly', include: [weekly] } },
      { extends: true, test: { name: 'windows', include: [windows], fileParallelism: false } },
    ],
  },
})
