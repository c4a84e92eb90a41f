import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { isOwnFolder, readOwnFile } from '../../src/system/own-file.ts'

const userId = process.getuid?.() ?? -1

function someFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cb-own-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function fileWith(mode: number): string {
  const file = join(someFolder(), 'file')
  writeFileSync(file, 'content')
  chmodSync(file, mode)
  return file
}

function refused(message: string, hint: string) {
  return expect.objectContaining({ code: 'refused', message, hints: [hint] })
}

describe('a private file', () => {
  test('is read, and is undefined if it does not exist', () => {
    expect(readOwnFile(fileWith(0o600), userId)?.toString()).toBe('content')
    expect(readOwnFile(join(someFolder(), 'none'), userId)).toBeUndefined()
  })

  test.each([0o640, 0o604, 0o660, 0o606, 0o666])('with mode %o is refused, with a command that repairs it', (mode) => {
    const file = fileWith(mode)
    const message = `other users have access to ${file}`
    expect(() => readOwnFile(file, userId)).toThrow(refused(message, `chmod go= ${file}`))
  })

  test('that others may read is read if it is only closed to writing', () => {
    expect(readOwnFile(fileWith(0o644), userId, 'write')?.toString()).toBe('content')
    const file = fileWith(0o664)
    expect(() => readOwnFile(file, userId, 'write')).toThrow(
      refused(`other users can change ${file}`, `chmod go-w ${file}`),
    )
  })

  test('of another user is refused', () => {
    const file = fileWith(0o600)
    expect(() => readOwnFile(file, userId + 1)).toThrow(`${file} belongs to another user`)
    expect(readOwnFile(file, undefined)?.toString()).toBe('content')
    expect(readOwnFile(file, -1)?.toString()).toBe('content')
  })

  test('must not be a link, a folder or a pipe; a pipe does not block', () => {
    const folder = someFolder()
    writeFileSync(join(folder, 'file'), 'content', { mode: 0o600 })
    symlinkSync('file', join(folder, 'link'))
    execFileSync('mkfifo', ['-m', '600', join(folder, 'pipe')])
    expect(() => readOwnFile(join(folder, 'link'), userId)).toThrow('is a symbolic link')
    for (const path of [folder, join(folder, 'pipe')]) expect(() => readOwnFile(path, userId)).toThrow('is not a file')
  })
})

describe('a private folder', () => {
  test('exists, does not exist, or is refused', () => {
    const folder = someFolder()
    expect(isOwnFolder(folder, userId)).toBe(true)
    expect(isOwnFolder(join(folder, 'none'), userId)).toBe(false)
    expect(() => isOwnFolder(folder, userId + 1)).toThrow('belongs to another user')
    chmodSync(folder, 0o755)
    expect(isOwnFolder(folder, userId, 'write')).toBe(true)
    expect(() => isOwnFolder(folder, userId)).toThrow('have access to')
    expect(() => isOwnFolder(fileWith(0o600), userId)).toThrow('is not a folder')
  })

  test('may be the target of a link only if links are followed', () => {
    const folder = someFolder()
    mkdirSync(join(folder, 'real'), { mode: 0o700 })
    symlinkSync('real', join(folder, 'link'))
    expect(() => isOwnFolder(join(folder, 'link'), userId)).toThrow('is a symbolic link')
    expect(isOwnFolder(join(folder, 'link'), userId, 'anything', 'followed')).toBe(true)
  })
})
