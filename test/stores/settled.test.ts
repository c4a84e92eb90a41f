import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { settle, settledName, settleFirst } from '../../src/stores/settled.ts'

function emptyState(): { places: { state: string } } {
  const folder = mkdtempSync(join(tmpdir(), 'credbridge-state-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return { places: { state: join(folder, 'state', 'credbridge') } }
}

test('nothing is settled before somebody settles it', () => {
  expect(settledName(emptyState())).toBeUndefined()
  expect(settledName({ places: { state: '/dev/null/state' } })).toBeUndefined()
})

test('what was settled first stays, until a person says otherwise', () => {
  const where = emptyState()
  expect(settleFirst('secret-service', where)).toBeUndefined()
  expect(settleFirst('vault', where)).toBe('secret-service')
  expect(settledName(where)).toBe('secret-service')
  settle('helper:pass', where)
  expect(settledName(where)).toBe('helper:pass')
  const { state } = where.places
  expect(readdirSync(state)).toEqual(['store'])
  expect([statSync(state).mode & 0o777, statSync(join(state, 'store')).mode & 0o777]).toEqual([0o700, 0o600])
})

test('what cannot be remembered is refused, and nothing lies about', () => {
  const where = emptyState()
  const state = join(where.places.state, '..', 'file')
  settle('vault', where)
  writeFileSync(state, 'not a folder')
  for (const remember of [settle, settleFirst]) {
    expect(() => remember('vault', { places: { state } })).toThrow(expect.objectContaining({ code: 'refused' }))
  }
  expect(readFileSync(state, 'utf8')).toBe('not a folder')
  expect(readdirSync(join(state, '..')).sort()).toEqual(['credbridge', 'file'])
})
