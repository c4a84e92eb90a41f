import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const tests = join(import.meta.dirname, '..')

const textOf = (file: string) => readFileSync(join(tests, file), 'utf8')
const importsTest = (text: string) => /^import \{[^}]*\btest\b[^}]*\} from 'vitest'$/m.test(text)

test('in a file with tests for both, each test is for one of the two', () => {
  const files = readdirSync(tests, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'))
  const forBoth = files.filter((file) => /^import .* from '.*\/real\/depth\.ts'$/m.test(textOf(file)))
  expect(forBoth.length).toBeGreaterThan(20)
  expect(forBoth.filter((file) => importsTest(textOf(file)) && !/storesInTurn\(|isSlow \?/.test(textOf(file)))).toEqual(
    [],
  )
})
