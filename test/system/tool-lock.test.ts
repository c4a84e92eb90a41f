import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { thisProcess } from '../../src/system/process-identity.ts'
import { whileLocked } from '../../src/system/tool-lock.ts'
import { userFiles } from '../../src/system/user-files.ts'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'cb-lock-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

const locked = <T>(file: string, work: () => T, wait = 0) => whileLocked(file, process.pid, work, wait)

test('the lock exists during the work and is removed afterwards, also after a failure', async () => {
  const home = folder()
  const file = join(home, '.git-credentials')
  expect(await locked(file, () => existsSync(`${file}.lock`))).toBe(true)
  const failing = locked(file, () => {
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(readdirSync(home)).toEqual([])
})

test("another program's lock is never removed, however old", async () => {
  const file = join(folder(), '.git-credentials')
  writeFileSync(`${file}.lock`, 'https://half-written')
  await expect(locked(file, () => 'done')).rejects.toMatchObject({
    code: 'timeout',
    message: `another program is writing ${file}`,
    hints: ['wait until it ends', `if no such program is running: rm ${file}.lock`],
  })
  expect(existsSync(`${file}.lock`)).toBe(true)
})

test('the lock of a dead credbridge process is removed', async () => {
  const home = folder()
  const file = join(home, '.git-credentials')
  const dead = { ...thisProcess(), token: '0123456789abcdef', pid: 2 ** 22 + 1 }
  writeFileSync(`${file}.lock`, JSON.stringify(dead))
  expect(await locked(file, () => 'done')).toBe('done')
  expect(readdirSync(home)).toEqual([])
})

test('the lock for a link is created beside its target, where git creates it', async () => {
  const [home, elsewhere] = [folder(), folder()]
  const meant = join(elsewhere, 'credentials')
  writeFileSync(meant, '')
  symlinkSync(meant, join(home, '.git-credentials'))
  const files = userFiles({ userId: process.getuid?.() ?? -1, platform: process.platform })
  expect(await files.whileLocked(join(home, '.git-credentials'), () => existsSync(`${meant}.lock`))).toBe(true)
})
