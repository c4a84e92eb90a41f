import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { whileHeldOpen } from '../../src/system/held-open.ts'

/* A step on a file that Windows refuses while another process has the file open. */

vi.mock('node:path', async (original) => ({ ...(await original<object>()), sep: '\\' }))

let file = ''

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'cb-held-open-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  file = join(folder, 'file')
  writeFileSync(file, '')
})

/** Fails so often with this code, then succeeds. */
function refusing(code: string, times: number) {
  let tried = 0
  return () => {
    if (tried++ < times) throw Object.assign(new Error(code), { code })
    return tried
  }
}

test.each(['EPERM', 'EACCES', 'EBUSY'])('%s: it is tried again', (code) => {
  expect(whileHeldOpen(file, refusing(code, 3))).toBe(4)
})

test('a file that is not there yet, or not any more, is waited for, too', () => {
  expect(whileHeldOpen(`${file}-gone`, refusing('EPERM', 1))).toBe(2)
})

test('any other failure is told at once', () => {
  const act = vi.fn(refusing('ENOSPC', 1))
  expect(() => whileHeldOpen(file, act)).toThrow('ENOSPC')
  expect(act).toHaveBeenCalledTimes(1)
})

test('a file that is marked as read-only is not waited for', () => {
  writeFileSync(`${file}-marked`, '', { mode: 0o444 })
  const act = vi.fn(refusing('EPERM', 1))
  expect(() => whileHeldOpen(`${file}-marked`, act)).toThrow('EPERM')
  expect(act).toHaveBeenCalledTimes(1)
})

test('after ten seconds it is given up', () => {
  let now = 0
  vi.spyOn(Date, 'now').mockImplementation(() => now)
  onTestFinished(() => void vi.restoreAllMocks())
  const act = vi.fn(() => {
    now += 2500
    return refusing('EBUSY', 1)()
  })
  expect(() => whileHeldOpen(file, act)).toThrow('EBUSY')
  expect(act).toHaveBeenCalledTimes(4)
})
