import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { emptyFolders, ownFilesIn, removeWhole } from '../../src/system/own-files.ts'

const source = join(import.meta.dirname, '..', '..', 'src')

/** Those of the stores, which name them themselves (StoreType.files), and a name at which never anything is. */
const others = ['keychain.json', 'sealed', 'vault', 'vault.key', 'no-such-file']

/** The names that the program's own text joins to one of its folders. */
function namesInSource(): readonly string[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const texts = files.map((name) => readFileSync(join(source, name), 'utf8'))
  const joined = /join\((?:[\w.()]+\.(?:config|data|state)|data|state), '([^']+)'/g
  return [...new Set(texts.flatMap((text) => [...text.matchAll(joined)].map(([, name = '']) => name)))].sort()
}

let folder = ''
const places = () => ({
  home: folder,
  config: join(folder, 'config'),
  data: join(folder, 'data'),
  state: join(folder, 'state'),
})
const put = (...names: string[]) => {
  const path = join(folder, ...names)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, 'x')
  return path
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cb-own-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
})

describe("credbridge's own files", () => {
  test('every file that the program writes is known', () => {
    const names = namesInSource()
    expect(names.length).toBeGreaterThan(10)
    for (const name of names.filter((one) => !others.includes(one))) {
      const path = put('state', name)
      expect(ownFilesIn(places(), 'not needed')).toContain(path)
    }
  })

  test("a person's file, and what a store may still need, are not among them", () => {
    for (const names of [
      ['config', 'mine.txt'],
      ['data', 'vault'],
      ['state', 'vault.key'],
    ])
      put(...names)
    expect(ownFilesIn(places(), 'not needed')).toEqual([])
    const [settings, store, locks] = [put('config', 'config.toml'), put('state', 'store'), put('state', 'locks', 'a')]
    expect(ownFilesIn(places(), 'needed')).toEqual([dirname(locks)])
    expect(ownFilesIn(places(), 'not needed')).toEqual([settings, dirname(locks), store])
  })

  test('a lock of a helper and a leftover of a killed process are, one by any other name is not', () => {
    const own = [put('state', 'helper-pass.lock'), put('state', 'store.0123456789abcdef.credbridge-new')]
    put('state', 'helper-pass.txt')
    put('state', 'notes.credbridge-new')
    expect(ownFilesIn(places(), 'not needed')).toEqual(own)
  })

  test('a folder is removed whole, the target of a link stays', () => {
    const [file, target] = [put('data', 'python', 'x.py'), put('elsewhere', 'y')]
    symlinkSync(dirname(target), join(dirname(file), 'link'))
    removeWhole(dirname(file), -1)
    expect(readFileSync(target, 'utf8')).toBe('x')
    expect(emptyFolders(places())).toEqual([])
    expect(readdirSync(folder)).toEqual(['elsewhere'])
  })
})
