import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { stageFiles } from '../../src/system/staged-files.ts'
import { userFiles } from '../../src/system/user-files.ts'

const unguarded = <T>(_: string, work: () => T) => work()

function start() {
  const folder = mkdtempSync(join(tmpdir(), 'cb-staged-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [a, b] = [join(folder, 'a'), join(folder, 'b')]
  writeFileSync(a, 'one')
  const files = userFiles({ userId: process.getuid?.() ?? -1, platform: process.platform, processId: process.pid })
  return { folder, a, b, files, staged: stageFiles(files), onDisk: (path: string) => readFileSync(path, 'utf8') }
}

test('what is written is read again, and reaches the disk by commit only', async () => {
  const { a, b, staged, onDisk } = start()
  staged.files.write(a, 'two')
  staged.files.write(a, 'three')
  staged.files.write(b, 'new')
  expect([staged.files.read(a), staged.files.read(b), staged.files.exists(b)]).toEqual(['three', 'new', true])
  expect([onDisk(a), existsSync(b)]).toEqual(['one', false])
  expect(staged.edits()).toEqual([
    { path: a, before: 'one', after: 'three' },
    { path: b, before: undefined, after: 'new' },
  ])
  expect(await staged.commit(unguarded)).toBe('all')
  expect([onDisk(a), onDisk(b)]).toEqual(['three', 'new'])
})

test('a removed file is gone, and one that is as before has no edit', async () => {
  const { a, staged } = start()
  staged.files.write(a, 'two')
  staged.files.write(a, 'one')
  expect(staged.edits()).toEqual([])
  staged.files.remove(a)
  expect([staged.files.read(a), staged.files.exists(a)]).toEqual([undefined, false])
  expect(await staged.commit(unguarded)).toBe('all')
  expect(existsSync(a)).toBe(false)
})

test('where a file has changed meanwhile, no file is written', async () => {
  const { a, b, staged, onDisk } = start()
  staged.files.write(b, 'new')
  staged.files.write(a, 'two')
  writeFileSync(a, 'changed')
  expect(await staged.commit(unguarded)).toBe('none')
  expect([onDisk(a), existsSync(b)]).toEqual(['changed', false])
  staged.discard()
  expect(staged.files.read(a)).toBe('changed')
})

test('a link and its target are one file, and the link stays', async () => {
  const { a, b, staged, files, onDisk } = start()
  symlinkSync(a, b)
  staged.files.write(b, 'two')
  expect(staged.files.read(a)).toBe('two')
  expect(await staged.commit(unguarded)).toBe('all')
  expect([onDisk(a), files.linkedTo(b)]).toEqual(['two', a])
})

test('each file is written under its guard, and one that changed until then stays', async () => {
  const { a, b, staged, onDisk } = start()
  staged.files.write(a, 'two')
  staged.files.write(b, 'new')
  const guarded: string[] = []
  const guard = <T>(path: string, work: () => T) => {
    guarded.push(path)
    if (path === b) writeFileSync(b, 'changed')
    return work()
  }
  expect(await staged.commit(guard)).toBe('some')
  expect([onDisk(a), onDisk(b), guarded]).toEqual(['two', 'changed', [a, b]])
})
