import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { settle, settleFirst } from '../../src/stores/settle.ts'
import { type SettledPlace, settledName } from '../../src/stores/settled.ts'

const userId = process.getuid?.() ?? -1

function emptyState(): SettledPlace {
  const folder = mkdtempSync(join(tmpdir(), 'credbridge-state-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return { folders: { state: join(folder, 'state', 'credbridge') }, userId }
}

test('no store is settled at first', () => {
  expect(settledName(emptyState())).toBeUndefined()
  expect(settledName({ folders: { state: '/dev/null/state' }, userId })).toBeUndefined()
})

test('the first settled store stays, until a person chooses another', () => {
  const where = emptyState()
  expect(settleFirst('secret-service', where)).toBeUndefined()
  expect(settleFirst('vault', where)).toBe('secret-service')
  expect(settledName(where)).toBe('secret-service')
  settle('helper:pass', where)
  expect(settledName(where)).toBe('helper:pass')
  const { state } = where.folders
  expect(readdirSync(state)).toEqual(['store'])
  expect([statSync(state).mode & 0o777, statSync(join(state, 'store')).mode & 0o777]).toEqual([0o700, 0o600])
})

test('a choice that cannot be written is refused, and leaves no temporary file', () => {
  const where = emptyState()
  const state = join(where.folders.state, '..', 'file')
  settle('vault', where)
  writeFileSync(state, 'not a folder')
  for (const remember of [settle, settleFirst]) {
    expect(() => remember('vault', { folders: { state }, userId })).toThrow(
      expect.objectContaining({ code: 'refused' }),
    )
  }
  expect(readFileSync(state, 'utf8')).toBe('not a folder')
  expect(readdirSync(join(state, '..')).sort()).toEqual(['credbridge', 'file'])
})
