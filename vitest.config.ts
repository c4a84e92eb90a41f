import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { missingParts } from './test/real/missing-parts.ts'

/** Variations, and what kills, floods, waits or takes long. */
const slow = 'test/**/*.slow.test.ts'

/** What needs a program that takes long to build: .ci/weekly. */
const weekly = 'test/**/*.weekly.test.ts'

/** What runs under Wine: .ci/windows. */
const windows = 'test/windows/*.windows.test.ts'

const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => join('test', file))

const filesWith = (text: RegExp) => files.filter((file) => text.test(readFileSync(file, 'utf8')))

/** Has tests for `npm test` and others for `npm run test:slow` (test/real/depth.ts, test/real/stores.ts). */
const forBoth = filesWith(/\/real\/(depth|stores)\.ts'/).filter((file) => !file.endsWith('.slow.test.ts'))

/**
 * Each of these files has a process of its own. It mocks a module, keeps state in one, or loads the addon, which stays
 * with the first session bus that it was told of.
 */
const alone = ['test/stores/keychain/*.test.ts', 'test/library/*.test.ts', ...filesWith(/^vi\.mock\(/m)]

/** PATH with Python's own folder before pyenv's, whose scripts start twenty programs before they start Python. */
function pathToPython(): string {
  const { PATH: path = '' } = process.env
  const told = (command: string, ...words: string[]) =>
    spawnSync(command, words, { encoding: 'utf8' }).stdout?.trim() ?? ''
  const shims = dirname(told('sh', '-c', 'command -v python3'))
  const own = dirname(told('python3', '-c', 'import sys; print(sys.executable)'))
  if (!shims.endsWith('/.pyenv/shims') || own === '.') return path
  return path
    .split(':')
    .flatMap((folder) => (folder === shims ? [own, folder] : [folder]))
    .join(':')
}

/** A file that is named on the command line is run by whichever of the two has it, or by both. */
export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    env: { PATH: pathToPython() },
    reporters: ['default', missingParts()],
    projects: [
      {
        extends: true,
        test: {
          name: 'usual',
          include: ['test/**/*.test.ts'],
          exclude: [slow, weekly, windows, ...alone],
          // To begin a process takes longer than most files do.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'usual-alone', include: alone, exclude: [slow] } },
      {
        extends: true,
        test: { name: 'slow', include: [slow, ...forBoth], env: { CREDBRIDGE_TEST_PROJECT: 'slow' } },
      },
      { extends: true, test: { name: 'weekly', include: [weekly] } },
      { extends: true, test: { name: 'windows', include: [windows], fileParallelism: false } },
    ],
  },
})
