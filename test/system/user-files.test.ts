import { execFileSync } from 'node:child_process'
import {
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { userFiles } from '../../src/system/user-files.ts'
import { needs } from '../real/require.ts'

const files = userFiles({ userId: process.getuid?.() ?? -1, platform: process.platform })

function someFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cb-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('a file that is not UTF-8 is malformed, because writing it back would change it', () => {
  const file = join(someFolder(), 'config.json')
  const bytes = Buffer.from('{"name":"caf\xe9"}', 'latin1')
  writeFileSync(file, bytes)
  const malformed = { code: 'malformed', message: `${file} is not UTF-8 text, and was not changed` }
  expect(() => files.read(file)).toThrow(expect.objectContaining(malformed))
  expect(readFileSync(file)).toEqual(bytes)
})

test('readUntrusted reads such a file all the same', () => {
  const file = join(someFolder(), '.npmrc')
  writeFileSync(file, Buffer.from('; caf\xe9\nregistry=x\n', 'latin1'))
  expect(files.readUntrusted(file)).toBe('; caf\ufffd\nregistry=x\n')
})

test('a folder and a pipe are refused without blocking, and are not replaced', () => {
  const folder = someFolder()
  execFileSync('mkfifo', [join(folder, 'fifo')])
  for (const path of [folder, join(folder, 'fifo')]) {
    expect(() => files.read(path)).toThrow(expect.objectContaining({ code: 'refused' }))
  }
  expect(files.read('/dev/null')).toBe('')
  expect(() => files.write(join(folder, 'fifo'), 'a')).toThrow(expect.objectContaining({ code: 'refused' }))
  expect(statSync(join(folder, 'fifo')).isFIFO()).toBe(true)
  expect(files.read(join(folder, 'nothing'))).toBeUndefined()
  expect(files.read(join(folder, 'nothing', 'below'))).toBeUndefined()
})

test('writing through a link keeps the link, also if its target does not exist', () => {
  const folder = someFolder()
  mkdirSync(join(folder, 'dots'))
  symlinkSync(join('dots', 'second'), join(folder, 'first'))
  symlinkSync('third', join(folder, 'dots', 'second'))
  for (const text of ['a', 'b']) {
    files.write(join(folder, 'first'), text)
    expect(readFileSync(join(folder, 'dots', 'third'), 'utf8')).toBe(text)
    expect(lstatSync(join(folder, 'first')).isSymbolicLink()).toBe(true)
  }
})

test('a link in a circle is refused', () => {
  const folder = someFolder()
  symlinkSync('circle', join(folder, 'circle'))
  expect(() => files.write(join(folder, 'circle'), 'a')).toThrow(expect.objectContaining({ code: 'refused' }))
  expect(lstatSync(join(folder, 'circle')).isSymbolicLink()).toBe(true)
})

test('at a path that cannot be looked at, there is neither a file nor a link', () => {
  const folder = someFolder()
  writeFileSync(join(folder, 'file'), '')
  symlinkSync('circle', join(folder, 'circle'))
  symlinkSync('file', join(folder, 'link'))
  expect([files.exists(join(folder, 'link')), files.linkedTo(join(folder, 'link'))]).toEqual([true, 'file'])
  for (const name of ['file/inside', 'circle/inside', 'n'.repeat(300), 'nul\0', 'nothing', 'file']) {
    const path = join(folder, name)
    expect([name, files.exists(path), files.linkedTo(path)]).toEqual([name, name === 'file', undefined])
  }
})

needs('root', process.getuid?.() === 0)('as root', () => {
  test("another user's file keeps its owner", () => {
    const file = join(someFolder(), 'config.json')
    writeFileSync(file, 'a')
    chownSync(file, 65534, 65534)
    files.write(file, 'b')
    expect(statSync(file)).toMatchObject({ uid: 65534, gid: 65534 })
  })
})
