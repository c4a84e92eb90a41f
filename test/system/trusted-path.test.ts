import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { isTrusted } from '../../src/system/trusted-path.ts'

const ownId = process.getuid?.() ?? -1
let folder = ''

/** In the home folder, because nothing below the folder for temporary files can be trusted. */
beforeEach(() => {
  folder = mkdtempSync(join(homedir(), '.cb-trusted-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of ['closed', 'open', 'open/closed']) mkdirSync(join(folder, name))
})

test('what only root and its owner can change is trusted, be it there or not', () => {
  expect(isTrusted('/usr/bin/env', ownId)).toBe(true)
  expect(isTrusted('/usr/bin/nothing', 12345)).toBe(true)
  expect(isTrusted(join(folder, 'closed', 'node'), ownId)).toBe(true)
})

test.each([0o777, 0o775, 0o1777])('what lies below a folder of mode %o is not, by whatever way', (mode) => {
  chmodSync(join(folder, 'open'), mode)
  symlinkSync(join(folder, 'open', 'closed'), join(folder, 'closed', 'link'))
  expect(isTrusted(join(folder, 'open', 'closed', 'node'), ownId)).toBe(false)
  expect(isTrusted(join(folder, 'closed', 'link', 'node'), ownId)).toBe(false)
  expect(isTrusted(join(tmpdir(), 'node'), ownId)).toBe(false)
})

test('nor what another user owns', () => {
  const [owner, other] = ownId === 0 ? [12345, 0] : [ownId, ownId + 1]
  if (ownId === 0) chownSync(join(folder, 'closed'), owner, owner)
  expect(isTrusted(join(folder, 'closed', 'node'), owner)).toBe(true)
  expect(isTrusted(join(folder, 'closed', 'node'), other)).toBe(false)
})
