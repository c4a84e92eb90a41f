import { chmodSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseAddress, serviceName } from '../../../src/core/endpoint.ts'
import { changing } from '../../../src/stores/keychain/change-index.ts'
import { entryOf, parseIndex, printIndex, readIndex } from '../../../src/stores/keychain/index-file.ts'
import { needsPrograms } from '../../real/require.ts'
import { run } from '../../real/run.ts'
import { indexWith, row } from './index-world.ts'

describe('the format', () => {
  // The format on users' disks, which every later release must read. Do not change this file; add others.
  const golden = readFileSync(join(import.meta.dirname, 'golden', 'index-0.1.json'), 'utf8')

  test('the file of release 0.1 is read, and is written in the same way', () => {
    const rows = parseIndex(golden, 'index')
    expect(rows.map(entryOf)).toEqual([
      {
        endpoint: parseAddress('https://git.example.com:8443/team/a%20b'),
        account: 'ann',
        owner: 'git',
        kind: 'basic',
        savedAt: 1_795_245_664_180,
      },
      { endpoint: serviceName('https://git.example.com'), account: '', owner: 'python', kind: 'text', savedAt: 0 },
      { endpoint: parseAddress('https://git.example.com'), account: 'b"ö\n', owner: 'npm', kind: 'ended', savedAt: 1 },
    ])
    expect(rows.map(({ open }) => open)).toEqual([undefined, undefined, true])
    expect(JSON.parse(printIndex(rows))).toEqual(JSON.parse(golden))
  })

  test('unknown members are ignored', () => {
    const text = JSON.stringify({ later: 1, version: 1, items: [{ ...row, later: [] }] })
    expect(parseIndex(text, 'index').map(entryOf)).toEqual([entryOf(row)])
  })

  test('a later version is unsupported', () => {
    expect(() => parseIndex('{"version":2,"items":{}}', 'index')).toThrow(
      expect.objectContaining({ code: 'unsupported' }),
    )
  })

  test.each([
    '',
    'x',
    '{',
    'null',
    '[]',
    '"x"',
    '{}',
    '{"version":"1","items":[]}',
    '{"version":1}',
    '{"version":1,"items":{}}',
    '{"version":1,"items":[null]}',
    '{"version":1,"items":[{}]}',
    JSON.stringify({ version: 1, items: [{ ...row, form: 'other' }] }),
    JSON.stringify({ version: 1, items: [{ ...row, account: 1 }] }),
    JSON.stringify({ version: 1, items: [{ ...row, savedAt: 'x' }] }),
    JSON.stringify({ version: 1, items: [{ ...row, open: 'yes' }] }),
  ])('%s is malformed, and the way out is told', (text) => {
    const index = indexWith(text)
    const hints = [`put it aside: mv ${index.file} ${index.file}.broken`]
    expect(() => readIndex(index)).toThrow(expect.objectContaining({ code: 'malformed', hints }))
  })
})

describe('the file', () => {
  test('that does not exist, in a folder that does not exist, is empty', () => {
    expect(readIndex(indexWith(undefined))).toEqual([])
    expect(readIndex({ file: join(indexWith(undefined).folder, 'no', 'folder', 'x'), userId: 0 })).toEqual([])
  })

  test('has mode 0600 and its folder 0700, whatever the umask', async () => {
    const before = process.umask(0)
    onTestFinished(() => void process.umask(before))
    const { folder, userId } = indexWith(undefined)
    const file = join(folder, 'a', 'b', 'keychain.json')
    await changing({ file, userId }, async (index) => index.write([row]))
    expect(readIndex({ file, userId })).toEqual([row])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    for (const made of ['a', 'a/b']) expect(statSync(join(folder, made)).mode & 0o777).toBe(0o700)
  })

  test.each([0o640, 0o604, 0o620, 0o602, 0o644, 0o666])('with mode %o is refused, until it is repaired', (mode) => {
    const index = indexWith(printIndex([row]))
    chmodSync(index.file, mode)
    const hints = [`chmod go= ${index.file}`]
    expect(() => readIndex(index)).toThrow(expect.objectContaining({ code: 'refused', hints }))
    chmodSync(index.file, 0o600)
    expect(readIndex(index)).toEqual([row])
  })

  test.each([0o720, 0o702, 0o777])('in a folder with mode %o is refused, until it is repaired', (mode) => {
    const index = indexWith(printIndex([row]))
    chmodSync(index.folder, mode)
    const hints = [`chmod go-w ${index.folder}`]
    expect(() => readIndex(index)).toThrow(expect.objectContaining({ code: 'refused', hints }))
    chmodSync(index.folder, 0o755)
    expect(readIndex(index)).toEqual([row])
  })

  test('of another user is refused, and so is the folder of another user', () => {
    const index = indexWith(printIndex([row]))
    expect(() => readIndex({ ...index, userId: 65533 })).toThrow(expect.objectContaining({ code: 'refused' }))
    expect(() => readIndex({ ...index, userId: 65533 })).toThrow('belongs to another user')
    expect(readIndex({ ...index, userId: -1 })).toEqual([row])
  })

  test('that is a folder is refused', () => {
    const index = indexWith(undefined)
    mkdirSync(index.file)
    expect(() => readIndex(index)).toThrow(expect.objectContaining({ code: 'refused' }))
  })
})

needsPrograms('mkfifo')('a pipe', () => {
  test('in the place of the file is refused without blocking', async () => {
    const index = indexWith(undefined)
    await run('mkfifo', ['-m', '600', index.file])
    expect(() => readIndex(index)).toThrow(expect.objectContaining({ code: 'refused' }))
  })
})
