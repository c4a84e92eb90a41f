import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type SettledPlace, settle, settledName, settleFirst } from '../../src/stores/settled.ts'

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

test('the first settled store stays, until a person chooses another', async () => {
  const where = emptyState()
  expect(await settleFirst('secret-service', where)).toBeUndefined()
  expect(await settleFirst('vault', where)).toBe('secret-service')
  expect(settledName(where)).toBe('secret-service')
  await settle('helper:pass', where)
  expect(settledName(where)).toBe('helper:pass')
  const { state } = where.folders
  expect(readdirSync(state)).toEqual(['store'])
  expect([statSync(state).mode & 0o777, statSync(join(state, 'store')).mode & 0o777]).toEqual([0o700, 0o600])
})

test('a choice that cannot be written is refused, and leaves no temporary file', async () => {
  const where = emptyState()
  const state = join(where.folders.state, '..', 'file')
  await settle('vault', where)
  writeFileSync(state, 'not a folder')
  for (const remember of [settle, settleFirst]) {
    await expect(remember('vault', { folders: { state }, userId })).rejects.toMatchObject({ code: 'refused' })
  }
  expect(readFileSync(state, 'utf8')).toBe('not a folder')
  expect(readdirSync(join(state, '..')).sort()).toEqual(['credbridge', 'file'])
})
