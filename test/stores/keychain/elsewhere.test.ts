import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Credential } from '../../../src/core/credential.ts'
import { parseAddress, serviceName } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { Store } from '../../../src/core/store.ts'
import { keychainStore } from '../../../src/stores/keychain/store.ts'
import { someone } from '../../asker.ts'
import { credential, expectItems } from '../contract-world.ts'
import { type FakeAddon, fakeAddon } from './fake-addon.ts'
import { failureOf } from './world.ts'

/*
 * The differences of macOS, with a fake addon, not on that system. The contract tests cover the rest. For Windows:
 * windows.test.ts, and test/windows under Wine.
 */

let addon: FakeAddon
let indexFile: string
let store: Store

function open(): void {
  const folder = mkdtempSync(join(tmpdir(), 'cb-elsewhere-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  indexFile = join(folder, 'credbridge', 'keychain.json')
  addon = fakeAddon()
  const loadAddon = async () => addon
  store = keychainStore({ platform: 'darwin', indexFile, userId: -1, locks: { folder, userId: -1 }, loadAddon })
}

const endpoint = parseAddress('https://git.example.com')
const text = (service: string, account: string, secret = 'text'): Credential =>
  credential(serviceName(service), { account, owner: 'python', kind: 'text', secret: new Secret(secret) })

describe('as everywhere', () => {
  beforeEach(() => open())

  test('keeps, finds, lists and removes', async () => {
    const items = [
      credential(endpoint),
      credential(endpoint, { account: '' }),
      credential(endpoint, { owner: 'docker', kind: 'docker-identity', secret: new Secret('') }),
      credential(parseAddress('https://git.example.com/path')),
      text('service', 'ann'),
    ]
    for (const item of items) await store.save(someone, item)
    for (const item of items) {
      const here = items.filter((other) => other.endpoint.key === item.endpoint.key)
      expectItems(await store.find(someone, [item.endpoint]), here)
      expectItems(
        await store.find(someone, [item.endpoint], item.account),
        here.filter(({ account }) => account === item.account),
      )
    }
    expect((await store.list(someone)).map(({ owner, account }) => [owner, account])).toEqual(
      items.map(({ owner, account }) => [owner, account]),
    )
    expect(readFileSync(indexFile, 'utf8')).not.toContain('p@ss')
    for (const item of items) {
      expect(await store.remove(someone, item, new Secret('other'))).toBe(false)
      expect(await store.remove(someone, item, item.secret)).toBe(true)
      expect(await store.remove(someone, item)).toBe(false)
    }
    expect([...addon.items]).toEqual([])
    expect(await store.list(someone)).toEqual([])
  })

  test('reads only the item itself', async () => {
    await store.save(someone, credential(endpoint))
    addon.asked.length = 0
    await store.find(someone, [endpoint], 'ann')
    await store.find(someone, [endpoint])
    await store.find(someone, [endpoint], 'nobody')
    await store.list(someone)
    const read = 'read credbridge:git:https://git.example.com ann'
    expect(addon.asked).toEqual([read, read])
  })

  test('every entry is pinned to the Secret Service: else secrets on Linux may go into the kernel', async () => {
    await store.save(someone, credential(endpoint))
    await store.find(someone, [endpoint])
    await store.remove(someone, credential(endpoint))
    expect(addon.options.length).toBeGreaterThan(3)
    for (const options of addon.options) expect(options).toEqual({ linux: { store: 'secret-service' } })
  })

  test('a removal that removes nothing is detected', async () => {
    await store.save(someone, credential(endpoint))
    addon.keepsAll = true
    expect(await failureOf(store.remove(someone, credential(endpoint)))).toMatchObject({ code: 'refused' })
    expectItems(await store.find(someone, [endpoint]), [credential(endpoint)])
    expect(await store.list(someone)).toHaveLength(1)
  })

  test('a failed save leaves no row; after a timeout list looks the item up', async () => {
    addon.failNext('No keychain is available. You may need to restart your computer.')
    expect(await failureOf(store.save(someone, credential(endpoint)))).toMatchObject({ code: 'unavailable' })
    expect(readFileSync(indexFile, 'utf8')).not.toContain('git.example.com')
    addon.failNext('something else')
    expect(await failureOf(store.save(someone, credential(endpoint)))).toMatchObject({ code: 'refused' })
    expect(readFileSync(indexFile, 'utf8')).toContain('git.example.com')
    expect(await store.list(someone)).toEqual([])
  })

  test('a removal that failed changes nothing', async () => {
    await store.save(someone, credential(endpoint))
    const before = readFileSync(indexFile, 'utf8')
    addon.failNext('User interaction is not allowed.')
    expect(await failureOf(store.remove(someone, credential(endpoint)))).toMatchObject({ code: 'locked' })
    expect(readFileSync(indexFile, 'utf8')).toBe(before)
  })

  test('a name that is too long is unsupported', async () => {
    const item = credential(endpoint, { account: 'a'.repeat(514) })
    expect(await failureOf(store.save(someone, item))).toMatchObject({ code: 'unsupported' })
    expect(await store.list(someone)).toEqual([])
  })

  test.each(['an\0n', 'ann\0', 'ann\ud800'])('an account of %j never reaches the keychain', async (account) => {
    const item = credential(endpoint, { account })
    for (const request of [
      store.save(someone, item),
      store.find(someone, [endpoint], account),
      store.find(someone, [serviceName('x')], account),
      store.remove(someone, item),
    ]) {
      expect(await failureOf(request)).toMatchObject({ code: 'malformed' })
    }
    expect(addon.asked).toEqual([])
  })
})

describe('macOS', () => {
  beforeEach(() => open())

  test('keeps an empty account under a reserved name', async () => {
    const nobody = credential(endpoint, { account: '' })
    await store.save(someone, nobody)
    expect([...addon.items.keys()]).toEqual(['["credbridge:git:https://git.example.com","credbridge:none"]'])
    expectItems(await store.find(someone, [endpoint], ''), [nobody])
    expectItems(await store.find(someone, [endpoint], 'credbridge:none'), [])
    const named = credential(endpoint, { account: 'credbridge:none' })
    expect(await failureOf(store.save(someone, named))).toMatchObject({ code: 'unsupported' })
    expect(await store.remove(someone, named)).toBe(false)
    expectItems(await store.find(someone, [endpoint]), [nobody])
  })

  test('an empty service name is unsupported, and absent', async () => {
    expect(await failureOf(store.save(someone, text('', 'ann')))).toMatchObject({ code: 'unsupported' })
    expect(await store.find(someone, [serviceName('')], 'ann')).toEqual([])
    expect(await store.find(someone, [serviceName('')])).toEqual([])
    expect(addon.asked).toEqual([]) // The system would take it for any service.
  })

  test('Python’s items are found without the index, with and without the account', async () => {
    addon.items.set('["service","ann"]', { account: 'ann', password: 'of Python' })
    addon.items.set('["service","credbridge:none"]', { account: 'credbridge:none', password: 'ours' })
    const [ann, nobody] = [text('service', 'ann', 'of Python'), text('service', '', 'ours')]
    expectItems(await store.find(someone, [serviceName('service')], 'ann'), [ann])
    expectItems(await store.find(someone, [serviceName('service')], ''), [nobody])
    expectItems(await store.find(someone, [serviceName('service')]), [ann, nobody])
    expect(await store.remove(someone, ann)).toBe(true)
    expectItems(await store.find(someone, [serviceName('service')]), [nobody])
  })

  test("Python's own item with an empty account is found, and stays when ours goes", async () => {
    addon.items.set('["service",""]', { account: '', password: 'of Python' })
    const place = { endpoint: serviceName('service'), account: '', owner: 'python' }
    expectItems(await store.find(someone, [place.endpoint], ''), [text('service', '', 'of Python')])
    expectItems(await store.find(someone, [place.endpoint]), [text('service', '', 'of Python')])
    expect(await store.remove(someone, place)).toBe(false)
    await store.save(someone, text('service', '', 'ours'))
    expectItems(await store.find(someone, [place.endpoint]), [text('service', '', 'ours')])
    expect(await store.remove(someone, place)).toBe(true)
    expectItems(await store.find(someone, [place.endpoint], ''), [text('service', '', 'of Python')])
  })

  test("Git Credential Manager's item of the same endpoint and account is not read, replaced or removed", async () => {
    const name = '["git:https://git.example.com","ann"]'
    addon.items.set(name, { account: 'ann', password: "GCM's" })
    expect(await store.find(someone, [endpoint])).toEqual([])
    await store.save(someone, credential(endpoint))
    expectItems(await store.find(someone, [endpoint]), [credential(endpoint)])
    expect(await store.remove(someone, credential(endpoint))).toBe(true)
    expect(addon.items.get(name)).toEqual({ account: 'ann', password: "GCM's" })
  })

  test('a call may show a dialog that a person answers, also where the client says that nobody is there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cb-elsewhere-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const limits = { call: 0, dialog: 60_000 }
    const slow = {
      ...addon,
      findCredentialsAsync: (service: string) => later(() => addon.findCredentialsAsync(service)),
    }
    const options = { indexFile, userId: -1, locks: { folder, userId: -1 }, limits, loadAddon: async () => slow }
    addon.items.set('["service","ann"]', { account: 'ann', password: 'of Python' })
    const find = (platform: string) => keychainStore({ ...options, platform }).find(someone, [serviceName('service')])
    expectItems(await find('darwin'), [text('service', 'ann', 'of Python')])
    expect(await failureOf(find('linux'))).toMatchObject({ code: 'timeout' })
  })

  test('upper and lower case differ', async () => {
    const items = ['ann', 'Ann'].map((account) => credential(endpoint, { account, secret: new Secret(account) }))
    for (const item of items) await store.save(someone, item)
    expectItems(await store.find(someone, [endpoint]), items)
  })
})

/** After what is due now, such as a limit of no time. */
function later<T>(work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => setTimeout(() => work().then(resolve, reject), 50))
}
