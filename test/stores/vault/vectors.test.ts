import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { isFailure } from '../../../src/core/failure.ts'
import { Secret } from '../../../src/core/secret.ts'
import { parseEntry } from '../../../src/stores/vault/entry.ts'
import { fault } from '../../../src/stores/vault/faults.ts'
import { vaultKey } from '../../../src/stores/vault/key.ts'
import { recordName } from '../../../src/stores/vault/names.ts'
import type { VaultOptions } from '../../../src/stores/vault/options.ts'
import { printEntry } from '../../../src/stores/vault/print-entry.ts'
import { openRecord } from '../../../src/stores/vault/record.ts'
import { someone } from '../../asker.ts'
import { credential } from '../contract-world.ts'
import { emptyFolder, storeOf } from './place.ts'
import { seededAgent } from './seeded-agent.ts'
import { parseVector, plant, type Vector } from './vector.ts'

const folder = join(import.meta.dirname, 'vectors')
const vectors = readdirSync(folder).map((name) => {
  const vector = parseVector(readFileSync(join(folder, name), 'utf8'))
  return { name, about: `${name}: ${vector.comment}`, vector }
})
const broken = vectors.filter(({ vector }) => vector.failure !== 'none')
const whole = vectors.filter(({ vector }) => vector.failure === 'none')

function planted(vector: Vector): { root: string; options: VaultOptions } {
  const root = emptyFolder()
  plant(vector, root)
  const uid = process.getuid?.() ?? -1
  const user = vector.user === 'another' ? uid + 1 : uid
  const options = { folder: join(root, 'vault'), keyFile: join(root, 'state', 'vault.key'), now: Date.now }
  return { root, options: uid < 0 ? options : { ...options, uid: user } }
}

/** All files under a folder: names, modes, contents and targets of links. */
function snapshot(root: string): unknown[] {
  const all = readdirSync(root, { recursive: true, withFileTypes: true })
  return all.map((entry) => {
    const path = join(entry.parentPath, entry.name)
    const content = entry.isFile() ? readFileSync(path, 'hex') : entry.isSymbolicLink() ? readlinkSync(path) : ''
    return [path, lstatSync(path).mode, content]
  })
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  const failure = await promise.then(
    () => 'no failure',
    (error: unknown) => error,
  )
  return isFailure(failure) ? { code: failure.code, message: failure.message, hints: failure.hints } : failure
}

describe('a vault that is broken', () => {
  test.each(broken)('$about', async ({ vector }) => {
    const { root, options } = planted(vector)
    const before = snapshot(root)
    const at = parseAddress(vector.find)
    const { code, message, hints } = fault(
      vector.failure === 'none' ? 'tampered' : vector.failure,
      join(root, vector.file),
    )
    const said = { code, message, hints }
    expect(await failureOf(storeOf(options).find(someone, [at]))).toEqual(said)
    expect(await failureOf(storeOf(options).find(someone, [at], 'ann'))).toEqual(said)
    if (vector.still !== undefined) {
      expect(await storeOf(options).find(someone, [parseAddress(vector.still)])).toHaveLength(1)
    }
    const isRecord = vector.file.split('/').length === 4
    if (!isRecord) {
      expect(await failureOf(storeOf(options).save(someone, credential(at)))).toEqual(said)
      expect(await failureOf(storeOf(options).remove(someone, credential(at)))).toEqual(said)
    }
    // A broken record or folder hides no other: a list omits it and reports the failure.
    const isOne = vector.file.startsWith('vault/records/')
    const store = storeOf(options)
    if (isOne) {
      expect((await store.list(someone)).map(({ endpoint }) => endpoint.key)).not.toContain(at.key)
      if (vector.still !== undefined) expect(await store.list(someone)).not.toEqual([])
      expect(await store.problems?.(someone)).toContainEqual(expect.objectContaining({ code, message }))
    } else {
      expect(await failureOf(store.list(someone))).toMatchObject({ code })
      expect(await failureOf(store.problems?.(someone) ?? expect.unreachable())).toMatchObject({ code })
    }
    expect(snapshot(root)).toEqual(before)
  })

  test('each class of failure has a vector and a different message', () => {
    const classes = new Set(broken.map(({ vector }) => vector.failure))
    expect([...classes].sort()).toEqual([
      'foreign-owner',
      'foreign-record',
      'header-missing',
      'key-missing',
      'loose-permissions',
      'moved',
      'not-ours',
      'swapped',
      'symbolic-link',
      'tampered',
      'truncated',
      'unknown-version',
      'wrong-key',
    ])
    const messages = [...classes].map((kind) => fault(kind === 'none' ? 'tampered' : kind, 'x').message)
    expect(new Set(messages).size).toBe(classes.size)
  })
})

describe('a vault of a released version', () => {
  test.each(whole)('$about', async ({ vector }) => {
    const { root, options } = planted(vector)
    mkdirSync(join(root, 'agent'))
    const agent = await seededAgent(Buffer.from(vector.agentSeed ?? '', 'hex'), join(root, 'agent'))
    onTestFinished(() => agent.end())
    const noKeyFile = { ...options, keyFile: join(root, 'none') }
    const passphrase = new Secret(vector.passphrase ?? '')
    for (const opening of [
      options,
      { ...noKeyFile, ask: async () => passphrase },
      { ...noKeyFile, agent: agent.socket },
    ]) {
      const store = storeOf(opening)
      for (const { entry } of vector.items) {
        const wanted = parseEntry(entry, 'the vector')
        const found = (await store.find(someone, [wanted.endpoint])).map((item) => printEntry(item, item.savedAt ?? 0))
        expect(found).toContain(entry)
      }
      expect(await store.list(someone)).toHaveLength(vector.items.length)
    }
  })

  test.each(whole)('part by part: $name', ({ vector }) => {
    const key = vaultKey(Buffer.from(vector.vaultKey ?? '', 'hex'))
    for (const { at, entry } of vector.items) {
      const { folder, file } = recordName(key, parseEntry(entry, 'the vector'))
      expect(`vault/records/${folder}/${file}`).toBe(at)
      const record = vector.tree.find(({ path }) => path === at)
      expect(openRecord(key, record?.is === 'file' ? record.bytes : Buffer.alloc(0), at).text).toBe(entry)
    }
  })
})

describe('the parser of vectors', () => {
  const good = 'comment: c\nfailure: moved\nfind: https://x.example.com\n\n== a 0600\ntext\n'
  test('accepts known keys', () => {
    expect(parseVector(good)).toMatchObject({
      failure: 'moved',
      tree: [{ is: 'file', path: 'a', mode: 0o600, bytes: Buffer.from('text\n') }],
    })
  })

  test.each([
    ['an unknown key', good.replace('comment', 'coment')],
    ['a key twice', `find: x\n${good}`],
    ['a key that is missing', good.replace('failure: moved\n', '')],
    ['an entry of another kind', good.replace('0600', '0600 base65')],
    ['a mode that is none', good.replace('0600', '600')],
    ['text before the files', good.replace('== a', '= a')],
  ])('refuses %s', (_, text) => {
    expect(() => parseVector(text)).toThrow(/^a vector /)
  })
})
