import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { reportOf, skippedFor } from './missing-parts.ts'

const tests = join(import.meta.dirname, '..')

/** The programs in every call of `needsPrograms`. */
function programsNeeded(): readonly string[] {
  const files = readdirSync(tests, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const texts = files.map((file) => readFileSync(join(tests, file), 'utf8'))
  const calls = texts.flatMap((text) => [...text.matchAll(/needsPrograms\(([^)]*)\)/g)].map(([, words = '']) => words))
  return [...new Set(calls.flatMap((words) => [...words.matchAll(/'([^']+)'/g)].map(([, name = '']) => name)))]
}

test('each missing part is named once, with the number of suites and how to get it', () => {
  const names = ['gpg', 'the build (npm run build)', 'gpg'].map(skippedFor)
  expect(reportOf(['a test of its own', ...names])).toBe(`
 not run, for want of:
  gpg: 2 suites; to get it: apt-get install gnupg
  the build (npm run build): 1 suite
 all of it at once, on Debian: .ci/run

`)
})

test('where nothing is missing nothing is said', () => {
  expect(reportOf(['a test of its own'])).toBe('')
})

test('how to get it is known of every program', () => {
  const needed = programsNeeded()
  expect(needed).toContain('gnome-keyring-daemon')
  expect(needed.filter((name) => !reportOf([skippedFor(name)]).includes('; to get it: '))).toEqual([])
})
