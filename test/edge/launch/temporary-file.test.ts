import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { handFile, takeBack } from '../../../src/edge/launch/temporary-file.ts'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'cb-handed-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return join(made, 'state')
}

test('nobody else can read it, and it goes', () => {
  const path = handFile(folder(), 'a=ä\n')
  expect(readFileSync(path, 'utf8')).toBe('a=ä\n')
  expect([statSync(path).mode & 0o777, statSync(dirname(path)).mode & 0o777]).toEqual([0o600, 0o700])
  takeBack(path)
  takeBack(path)
  expect(existsSync(path)).toBe(false)
})

test('what a process that was killed could not take away goes with the next; that of a living one stays', () => {
  const state = folder()
  const living = handFile(state, 'living')
  const { pid } = spawnSync('/bin/true')
  const dead = join(dirname(living), `${pid}-0123456789abcdef`)
  const strange = join(dirname(living), 'strange')
  writeFileSync(dead, 'dead')
  writeFileSync(strange, 'strange')
  const next = handFile(state, 'next')
  expect([living, dead, strange, next].map((path) => existsSync(path))).toEqual([true, false, false, true])
})
