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

describe('a file of our own', () => {
  test('is read where only its owner can use it, and is nothing where nothing is', () => {
    expect(readOwnFile(fileWith(0o600), userId)?.toString()).toBe('content')
    expect(readOwnFile(join(someFolder(), 'none'), userId)).toBeUndefined()
  })

  test.each([0o640, 0o604, 0o660, 0o606, 0o666])('with mode %o is refused, with the command that mends it', (mode) => {
    const file = fileWith(mode)
    const message = `others than its owner have access to ${file}`
    expect(() => readOwnFile(file, userId)).toThrow(refused(message, `chmod go= ${file}`))
  })

  test('that others may read is read where only writing counts', () => {
    expect(readOwnFile(fileWith(0o644), userId, 'write')?.toString()).toBe('content')
    const file = fileWith(0o664)
    expect(() => readOwnFile(file, userId, 'write')).toThrow(
      refused(`others than its owner can change ${file}`, `chmod go-w ${file}`),
    )
  })

  test("is not another user's", () => {
    const file = fileWith(0o600)
    expect(() => readOwnFile(file, userId + 1)).toThrow(`${file} belongs to another user`)
    expect(readOwnFile(file, undefined)?.toString()).toBe('content')
    expect(readOwnFile(file, -1)?.toString()).toBe('content')
  })

  test('is no link, no folder and no pipe, and nobody waits', () => {
    const folder = someFolder()
    writeFileSync(join(folder, 'file'), 'content', { mode: 0o600 })
    symlinkSync('file', join(folder, 'link'))
    execFileSync('mkfifo', ['-m', '600', join(folder, 'pipe')])
    expect(() => readOwnFile(join(folder, 'link'), userId)).toThrow('is a symbolic link')
    for (const path of [folder, join(folder, 'pipe')]) expect(() => readOwnFile(path, userId)).toThrow('is not a file')
  })
})

describe('a folder of our own', () => {
  test('is there, or not, or is refused', () => {
    const folder = someFolder()
    expect(isOwnFolder(folder, userId)).toBe(true)
    expect(isOwnFolder(join(folder, 'none'), userId)).toBe(false)
    expect(() => isOwnFolder(folder, userId + 1)).toThrow('belongs to another user')
    chmodSync(folder, 0o755)
    expect(isOwnFolder(folder, userId, 'write')).toBe(true)
    expect(() => isOwnFolder(folder, userId)).toThrow('have access to')
    expect(() => isOwnFolder(fileWith(0o600), userId)).toThrow('is not a folder')
  })

  test('may be led to by a link only where that is said', () => {
    const folder = someFolder()
    mkdirSync(join(folder, 'real'), { mode: 0o700 })
    symlinkSync('real', join(folder, 'link'))
    expect(() => isOwnFolder(join(folder, 'link'), userId)).toThrow('is a symbolic link')
    expect(isOwnFolder(join(folder, 'link'), userId, 'anything', 'followed')).toBe(true)
  })
})
