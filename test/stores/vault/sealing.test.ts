import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Credential } from '../../../src/core/credential.ts'
import { encodeItem } from '../../../src/core/encode-item.ts'
import { parseAddress, serviceName } from '../../../src/core/endpoint.ts'
import { Failure } from '../../../src/core/failure.ts'
import { Secret } from '../../../src/core/secret.ts'
import { keychainStore } from '../../../src/stores/keychain/store.ts'
import { memoryStore } from '../../../src/stores/memory/store.ts'
import { sealingOptions } from '../../../src/stores/vault/machine-options.ts'
import { withSealing } from '../../../src/stores/vault/sealing.ts'
import { someone } from '../../asker.ts'
import { failingStore } from '../../failing-store.ts'
import { testMachine } from '../../test-machine.ts'
import { storeContract } from '../contract.ts'
import { credential, expectFailure, expectItems, unknown } from '../contract-world.ts'
import { fakeManager } from '../keychain/fake-manager.ts'
import { emptyFolder } from './place.ts'

/** The limit of Windows' keychain: 2560 bytes. */
const windows = { largest: 2560 }
const at = parseAddress('https://registry.example.com')
const large = new Secret('token '.repeat(1000))
const larger = new Secret('other '.repeat(2000))
const hour = 3_600_000
const options = (folder: string, now = Date.now) => {
  const uid = process.getuid?.()
  return { folder: join(folder, 'sealed'), now, ...(uid === undefined ? {} : { uid }) }
}

const shared = mkdtempSync(join(tmpdir(), 'credbridge-sealing-'))
afterAll(() => {
  expect(readdirSync(join(shared, 'sealed'))).toEqual([])
  rmSync(shared, { recursive: true, force: true })
})
const limited = memoryStore({ traits: windows })
storeContract('a keychain with a size limit, with sealing', () => withSealing(limited, options(shared)))

function world() {
  const folder = emptyFolder()
  const keychain = failingStore(memoryStore({ traits: windows }))
  return {
    keychain,
    store: withSealing(keychain, options(folder)),
    later: withSealing(
      keychain,
      options(folder, () => Date.now() + hour),
    ),
    files: () => readdirSync(join(folder, 'sealed')).map((name) => join(folder, 'sealed', name)),
  }
}

describe('a secret that is too large for the keychain', () => {
  test('is found as it was saved, with all its members', async () => {
    const { store, keychain, files } = world()
    const item: Credential = {
      ...credential(at, {
        kind: 'header',
        scheme: 'Custom',
        secret: large,
        refreshToken: larger,
        expires: 1_900_000_000,
      }),
      owner: 'npm',
    }
    await store.save(someone, item)
    expectItems(await store.find(someone, [at]), [item])
    expect(files()).toHaveLength(1)
    expect(readFileSync(files()[0] ?? '').includes('token')).toBe(false)
    const [small] = await keychain.find(someone, [at])
    expect(small).toMatchObject({ kind: 'header', scheme: 'Custom', expires: 1_900_000_000 })
    expect(await store.list(someone)).toEqual(await keychain.list(someone))
  })

  test('has no file if it is small', async () => {
    const { store, files } = world()
    await store.save(someone, credential(at))
    expect(files).toThrow('ENOENT')
  })

  test('is removed with its own file only', async () => {
    const { store, files } = world()
    await store.save(someone, credential(at, { secret: large }))
    await store.save(someone, credential(at, { account: 'bob', secret: large }))
    expect(await store.remove(someone, credential(at))).toBe(true)
    expect(files()).toHaveLength(1)
    expectItems(await store.find(someone, [at]), [credential(at, { account: 'bob', secret: large })])
  })

  test('is replaced with its file, by a large one and by a small one', async () => {
    const { store, files } = world()
    await store.save(someone, credential(at, { secret: large }))
    const [first] = files()
    await store.save(someone, credential(at, { secret: larger }))
    expect(files()).toHaveLength(1)
    expect(files()[0]).not.toBe(first)
    expectItems(await store.find(someone, [at]), [credential(at, { secret: larger })])
    await store.save(someone, credential(at))
    expect(files()).toEqual([])
    expectItems(await store.find(someone, [at]), [credential(at)])
  })

  test('is removed only if it is the expected one', async () => {
    const { store, files } = world()
    await store.save(someone, credential(at, { secret: large }))
    expect(await store.remove(someone, credential(at), larger)).toBe(false)
    expect(files()).toHaveLength(1)
    expect(await store.remove(someone, credential(at), large)).toBe(true)
    expect(files()).toEqual([])
  })

  test('is kept in the copy of an erased credential too', async () => {
    const { store, files } = world()
    const erased = credential(at, { secret: large, refreshToken: larger })
    const note = {
      endpoint: serviceName('erased'),
      account: 'x',
      owner: 'credbridge',
      kind: 'erased',
      until: 5,
      erased,
    }
    await store.save(someone, { ...note, kind: 'erased' })
    expectItems(await store.find(someone, [note.endpoint]), [{ ...note, kind: 'erased' }])
    await store.remove(someone, note)
    expect(files()).toEqual([])
  })

  test('of an unknown kind is kept too, with its kind', async () => {
    const { store, keychain, files } = world()
    const item = unknown(at, 'passkey', `credbridge:1:{"kind":"passkey","secret":"${large.expose()}","later":[1]}`)
    await store.save(someone, item)
    expectItems(await store.find(someone, [at]), [item])
    expect(files()).toHaveLength(1)
    expect(await keychain.list(someone)).toMatchObject([{ account: 'ann', owner: 'git', kind: 'passkey' }])
    expect(await store.remove(someone, item, new Secret('x'))).toBe(false)
    expect(await store.remove(someone, item, item.value)).toBe(true)
    expect(files()).toEqual([])
  })

  test('is stored with other large members: secret parts, and unknown members', async () => {
    const { store, keychain } = world()
    const more = new Secret(JSON.stringify({ later: larger.expose() }))
    const item = credential(at, { secret: new Secret('small'), parts: { session: large }, more })
    const erased = credential(at, { account: 'bob', more })
    const copy = { endpoint: at, account: 'x', owner: 'credbridge', kind: 'erased', until: 5, erased, more } as const
    for (const one of [item, copy]) await store.save(someone, one)
    expectItems(await store.find(someone, [at]), [item, copy])
    for (const one of await keychain.find(someone, [at])) expect(encodeItem(one).length).toBeLessThan(windows.largest)
  })

  test('in a record of a later version has no member for a pointer, and is too large', async () => {
    const { store, files } = world()
    await expectFailure(store.save(someone, unknown(at, 'unknown', `credbridge:2:${large.expose()}`)), 'too-large')
    expect(await store.find(someone, [at])).toEqual([])
    expect(files).toThrow('ENOENT')
  })

  test('may look like a pointer', async () => {
    const { store, files } = world()
    await store.save(someone, credential(at, { secret: large }))
    const [pointer] = await world().store.find(someone, [at])
    expect(pointer).toBeUndefined()
    for (const text of ['credbridge:sealed:', 'credbridge:sealed:1:00:00', 'credbridge:sealed:2:x']) {
      await store.save(someone, credential(at, { account: text, secret: new Secret(text) }))
      expectItems(await store.find(someone, [at], text), [credential(at, { account: text, secret: new Secret(text) })])
    }
    expect(files()).toHaveLength(4)
  })

  test('is refused where the keychain itself refuses, and leaves no file', async () => {
    const { store, keychain, files } = world()
    keychain.failOnce(new Failure('locked', 'closed for a test'))
    await expect(store.save(someone, credential(at, { secret: large }))).rejects.toMatchObject({ code: 'locked' })
    expect(files()).toEqual([])
  })
})

describe('a broken sealed file', () => {
  test('a file without an item is removed by a later writer, and no sooner', async () => {
    const { store, later, keychain, files } = world()
    keychain.failOnce(new Failure('timeout', 'nobody knows whether it was kept'))
    await expect(store.save(someone, credential(at, { secret: large }))).rejects.toMatchObject({ code: 'timeout' })
    expect(files()).toHaveLength(1)
    expect(await store.find(someone, [at])).toEqual([])
    await store.save(someone, credential(at, { secret: larger }))
    expect(files()).toHaveLength(2)
    await later.save(someone, credential(at, { secret: large }))
    expect(files()).toHaveLength(1)
    expectItems(await store.find(someone, [at]), [credential(at, { secret: large })])
  })

  test('an item whose file is missing is malformed, not absent, and can be removed', async () => {
    const { store, files } = world()
    await store.save(someone, credential(at, { secret: large }))
    rmSync(files()[0] ?? '')
    await expect(store.find(someone, [at])).rejects.toMatchObject({ code: 'malformed' })
    await expect(store.remove(someone, credential(at), large)).rejects.toMatchObject({ code: 'malformed' })
    expect(await store.remove(someone, credential(at))).toBe(true)
    expect(await store.find(someone, [at])).toEqual([])
  })

  test('a file that was changed is malformed', async () => {
    const { store, files } = world()
    await store.save(someone, credential(at, { secret: large }))
    const [file = ''] = files()
    const bytes = readFileSync(file)
    bytes.writeUInt8(bytes.readUInt8(200) ^ 1, 200)
    writeFileSync(file, bytes)
    await expect(store.find(someone, [at])).rejects.toMatchObject({
      code: 'malformed',
      message: expect.stringContaining('changed'),
    })
  })

  test("an item with a pointer to another item's file is malformed", async () => {
    const { store, keychain } = world()
    await store.save(someone, credential(at, { secret: large }))
    const [small] = await keychain.find(someone, [at])
    const secret = small !== undefined && 'secret' in small ? small.secret : new Secret('')
    await keychain.save(someone, credential(at, { account: 'mallory', secret }))
    await expect(store.find(someone, [at], 'mallory')).rejects.toMatchObject({
      code: 'malformed',
      message: expect.stringContaining('another place'),
    })
  })

  test('a file that others can read is refused', async () => {
    const { store, files } = world()
    await store.save(someone, credential(at, { secret: large }))
    chmodSync(files()[0] ?? '', 0o644)
    await expect(store.find(someone, [at])).rejects.toMatchObject({ code: 'refused' })
  })

  test('a pointer of a later version is unsupported', async () => {
    const { store, keychain } = world()
    await store.save(someone, credential(at, { account: 'bob', secret: large }))
    await keychain.save(someone, credential(at, { secret: new Secret('credbridge:sealed:2:something') }))
    await expect(store.find(someone, [at])).rejects.toMatchObject({ code: 'unsupported' })
  })

  test('many simultaneous saves leave one value and one file', async () => {
    const { store, files } = world()
    const secrets = Array.from({ length: 20 }, (_, n) => new Secret(`${n} `.repeat(2000)))
    await Promise.all(secrets.map((secret) => store.save(someone, credential(at, { secret }))))
    const [found] = await store.find(someone, [at])
    expect(secrets.some((secret) => found !== undefined && 'secret' in found && found.secret.equals(secret))).toBe(true)
    expect(files()).toHaveLength(1)
  })

  test('a keychain without a limit is not wrapped', () => {
    const keychain = memoryStore()
    expect(withSealing(keychain, options('/nowhere'))).toBe(keychain)
  })
})

test("the opened keychain of Windows accepts any size, and no item in it exceeds Windows' limit", async () => {
  const folder = emptyFolder()
  const manager = fakeManager()
  const machine = testMachine(folder, {
    userId: -1,
    folders: { home: folder, config: folder, data: folder, state: folder },
  })
  const keychain = keychainStore({
    platform: 'win32',
    indexFile: join(folder, 'keychain.json'),
    userId: -1,
    locks: { folder, userId: -1 },
    credentialManager: manager,
  })
  const store = withSealing(keychain, sealingOptions(machine))
  expect(store.traits.largest).toBeUndefined()
  await store.save(someone, credential(at, { secret: large }))
  await store.save(someone, credential(at, { account: 'bob' }))
  expectItems(await store.find(someone, [at], 'ann'), [credential(at, { secret: large })])
  expect([...manager.kept.values()].map(({ secret }) => secret.length <= 2560)).toEqual([true, true])
  expect(readdirSync(join(folder, 'sealed'))).toHaveLength(1)
  expect(await store.remove(someone, credential(at), large)).toBe(true)
  expect(readdirSync(join(folder, 'sealed'))).toEqual([])
  expectItems(await store.find(someone, [at]), [credential(at, { account: 'bob' })])
})
