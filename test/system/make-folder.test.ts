import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeFolder } from '../../src/system/make-folder.ts'

function someFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cb-make-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const modeOf = (path: string) => statSync(path).mode & 0o777

test('a folder and its parents get the mode, and what is there keeps its own', () => {
  const above = someFolder()
  chmodSync(above, 0o755)
  makeFolder(join(above, 'a', 'b'), 0o700)
  expect(['', 'a', 'a/b'].map((name) => modeOf(join(above, name)))).toEqual([0o755, 0o700, 0o700])
  makeFolder(above, 0o700)
  makeFolder('/', 0o700)
  expect(modeOf(above)).toBe(0o755)
})

test('a file in the way is an error', () => {
  const file = join(someFolder(), 'file')
  writeFileSync(file, '')
  expect(() => makeFolder(file, 0o700)).toThrow('EEXIST')
  expect(() => makeFolder(join(file, 'a'), 0o700)).toThrow('ENOTDIR')
})

test.skipIf(!existsSync('/proc/self'))('where no folder can be made it ends', () => {
  expect(() => makeFolder('/proc/nowhere/a/b', 0o700)).toThrow('ENOENT')
})
