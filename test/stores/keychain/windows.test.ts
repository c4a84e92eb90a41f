import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Credential } from '../../../src/core/credential.ts'
import { parseAddress, serviceName } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { Store } from '../../../src/core/store.ts'
import { keychainStore } from '../../../src/stores/keychain/store.ts'
import { credentialManager } from '../../../src/stores/keychain/windows/credential-manager.ts'
import { someone } from '../../asker.ts'
import { credential, expectItems } from '../contract-world.ts'
import { type FakeManager, fakeManager } from './fake-manager.ts'
import { failureOf } from './world.ts'

/* Windows' Credential Manager, with a stand-in for it. It is tried for real under Wine: test/windows. */

let manager: FakeManager
let store: Store

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'cb-windows-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  manager = fakeManager()
  store = keychainStore({
    platform: 'win32',
    indexFile: join(folder, 'credbridge', 'keychain.json'),
    userId: -1,
    locks: { folder, userId: -1 },
    credentialManager: manager,
  })
})

const endpoint = parseAddress('https://git.example.com')
const text = (service: string, account: string, secret = 'text'): Credential =>
  credential(serviceName(service), { account, owner: 'python', kind: 'text', secret: new Secret(secret) })
const utf16 = (secret: string) => Buffer.from(secret, 'utf16le')

/** Puts a credential there as another program does. */
function put(target: string, user: string, secret: Buffer, comment = ''): void {
  manager.kept.set(target.toUpperCase(), { target, user, comment, secret })
}

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
  }
  expect((await store.list(someone)).map(({ owner, account }) => [owner, account])).toEqual(
    items.map(({ owner, account }) => [owner, account]),
  )
  for (const item of items) {
    expect(await store.remove(someone, item, new Secret('other'))).toBe(false)
    expect(await store.remove(someone, item, item.secret)).toBe(true)
    expect(await store.remove(someone, item)).toBe(false)
  }
  expect([...manager.kept]).toEqual([])
})

test('a removal that removes nothing is detected', async () => {
  await store.save(someone, credential(endpoint))
  manager.keepsAll = true
  expect(await failureOf(store.remove(someone, credential(endpoint)))).toMatchObject({ code: 'refused' })
  expectItems(await store.find(someone, [endpoint]), [credential(endpoint)])
})

test('a name that is too long is unsupported', async () => {
  const item = credential(endpoint, { account: 'a'.repeat(514) })
  expect(await failureOf(store.save(someone, item))).toMatchObject({ code: 'unsupported' })
})

describe("git's helpers", () => {
  const borrowed = (account: string, secret: string) =>
    credential(endpoint, { account, owner: 'gcm', secret: new Secret(secret) })

  test.each([
    ['as Git Credential Manager writes it', 'git:https://git.example.com', utf16('theirs')],
    ['with the user', 'git:https://alice@git.example.com', utf16('theirs')],
    ['with the port of https', 'git:https://git.example.com:443', utf16('theirs')],
    ['as UTF-8', 'git:https://git.example.com/', Buffer.from('theirs!').subarray(0, 6)],
    ['with what wincred adds', 'git:https://alice@git.example.com', utf16('theirs\r\noauth_refresh_token=x')],
  ])('an item is found %s', async (_, target, secret) => {
    put(target, 'alice', secret)
    const found = await store.find(someone, [endpoint])
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ account: 'alice', owner: 'gcm' })
    expect(await store.find(someone, [endpoint], 'bob')).toEqual([])
    expect(await store.find(someone, [parseAddress('http://git.example.com')])).toEqual([])
    expect(await store.find(someone, [parseAddress('https://example.com')])).toEqual([])
    expect(await store.list(someone)).toEqual([])
  })

  test('an item is neither written nor removed', async () => {
    put('git:https://git.example.com', 'ann', utf16('theirs'))
    expect(await store.remove(someone, borrowed('ann', 'theirs'))).toBe(false)
    await store.save(someone, credential(endpoint))
    await store.remove(someone, credential(endpoint))
    const service = text('GIT:https://git.example.com', 'ann')
    expect(await failureOf(store.save(someone, service))).toMatchObject({ code: 'unsupported' })
    expect(await store.find(someone, [service.endpoint], 'ann')).toEqual([])
    expect(await store.remove(someone, service)).toBe(false)
    expect([...manager.kept.values()].map(({ secret }) => secret.toString('utf16le'))).toEqual(['theirs'])
  })
})

describe("Python's keyring", () => {
  test('its items are found by both of their names', async () => {
    put('service', 'ann', utf16('of ann'))
    put('bob@service', 'bob', utf16('of bob'))
    put('carol@service', 'another', utf16('of another'))
    expectItems(await store.find(someone, [serviceName('service')], 'ann'), [text('service', 'ann', 'of ann')])
    expectItems(await store.find(someone, [serviceName('service')], 'bob'), [text('service', 'bob', 'of bob')])
    expect(await store.find(someone, [serviceName('service')], 'carol')).toEqual([])
    expectItems(await store.find(someone, [serviceName('service')]), [
      text('service', 'ann', 'of ann'),
      text('service', 'bob', 'of bob'),
    ])
    expect(await store.find(someone, [serviceName('vice')])).toEqual([])
  })

  test('a save keeps the account that was there', async () => {
    put('service', 'ann', utf16('of ann'), 'a comment')
    await store.save(someone, text('service', 'bob', 'of bob'))
    expect([...manager.kept.values()].map(({ target, user, comment }) => [target, user, comment])).toEqual([
      ['service', 'bob', 'Stored using python-keyring'],
      ['ann@service', 'ann', 'a comment'],
    ])
  })

  const lying = () => [...manager.kept.values()].map(({ target, user }) => [target, user])

  test('a save writes over no account that it could not keep', async () => {
    put('service', 'ann', utf16('of ann'))
    manager.copiesNothing = true
    expect(await failureOf(store.save(someone, text('service', 'bob')))).toMatchObject({ code: 'refused' })
    expect(lying()).toEqual([['service', 'ann']])
  })

  test("a save writes over no other user's credential", async () => {
    put('service', 'ann', utf16('of ann'))
    put('ann@service', 'somebody', utf16('of somebody'))
    expect(await failureOf(store.save(someone, text('service', 'bob')))).toMatchObject({ code: 'refused' })
    expect(lying()).toEqual([
      ['service', 'ann'],
      ['ann@service', 'somebody'],
    ])
  })

  test('a service that looks like an item of ours is unsupported', async () => {
    const item = text('credbridge:git:https://git.example.com', 'ann')
    expect(await failureOf(store.save(someone, item))).toMatchObject({ code: 'unsupported' })
  })
})

test.each([
  ['ASCII', 'x', 1280],
  ['two bytes of UTF-8', 'é', 1280],
  ['a pair in UTF-16', '😀', 640],
])('takes 2560 bytes of UTF-16, not more: %s', async (_, character, count) => {
  const largest = credential(endpoint, { secret: new Secret(character.repeat(count)) })
  await store.save(someone, largest)
  const larger = { ...largest, secret: new Secret(character.repeat(count + 1)) }
  manager.asked.length = 0
  expect(await failureOf(store.save(someone, larger))).toMatchObject({ code: 'too-large' })
  expect(manager.asked).toEqual([])
  expectItems(await store.find(someone, [endpoint]), [largest])
  expect(store.traits.largest).toBe(1280)
})

test.each([
  ['another case of the account', credential(endpoint, { account: 'ANN' })],
  ['another case of the path', credential(parseAddress('https://git.example.com/REPO'))],
])('%s would be the same item, and is refused', async (_, other) => {
  const items = [credential(endpoint), credential(parseAddress('https://git.example.com/repo'))]
  for (const item of items) await store.save(someone, item)
  const failure = await failureOf(store.save(someone, other))
  expect(failure.code).toBe('refused')
  expect(failure.hints[0]).toContain('credbridge remove https://git.example.com')
  for (const item of items) expectItems(await store.find(someone, [item.endpoint]), [item])
  expect(await store.find(someone, [other.endpoint], other.account)).toEqual([])
})

describe('the program', () => {
  const field = (text: string) => {
    const bytes = utf16(text)
    return bytes.length.toString(16).padStart(8, '0') + bytes.toString('hex')
  }
  const answering = (...lines: readonly string[]) => {
    const asked: string[] = []
    const run = async (_: string, __: readonly string[], options?: { readonly input?: string }) => {
      asked.push(options?.input ?? '')
      return { stdout: lines.map((line) => `${line}\n`).join(''), stderr: '', exitCode: 0 }
    }
    return { asked, manager: credentialManager('C:\\credentials.exe', run) }
  }

  test('is asked with fields that name their length, and is read in the same way', async () => {
    const { asked, manager: real } = answering(`00000000${['a', 'ann', '', 'p@ss'].map(field).join('')}`, '00000490')
    const [kept, absent] = await real.read(['a', 'b'])
    expect(asked).toEqual([`r${field('a')}r${field('b')}q`])
    expect([kept?.user, kept?.secret.toString('utf16le'), absent]).toEqual(['ann', 'p@ss', undefined])
  })

  test.each([
    ['00000520', 'unavailable'],
    ['00000057', 'unsupported'],
    ['00000005', 'refused'],
    ['00000abc', 'refused'],
  ])('its error %s is %s', async (error, code) => {
    expect(await failureOf(answering(error).manager.read(['a']))).toMatchObject({ code })
  })

  test('what was written and is not there is refused', async () => {
    const item = { target: 'a', user: 'ann', comment: '', secret: utf16('p@ss') }
    const other = `00000000${['a', 'ann', '', 'other'].map(field).join('')}`
    expect(await failureOf(answering('00000000', other).manager.write(item))).toMatchObject({ code: 'refused' })
  })

  test('a copy is read back where it was written', async () => {
    const item = { target: 'a', user: 'ann', comment: '', secret: utf16('p@ss') }
    const there = (user: string) => `00000000${['ann@a', user, '', 'p@ss'].map(field).join('')}`
    const { asked, manager: real } = answering('00000000', there('ann'))
    await real.copy(item, 'ann@a')
    expect(asked).toEqual([`c${field('a')}${field('ann@a')}r${field('ann@a')}q`])
    for (const replies of [
      ['00000000', there('bob')],
      ['00000005', there('ann')],
    ])
      expect(await failureOf(answering(...replies).manager.copy(item, 'ann@a'))).toMatchObject({ code: 'refused' })
  })

  test('a program that ends without an answer is started again, and then it is refused', async () => {
    const { asked, manager: real } = answering()
    expect(await failureOf(real.read(['a']))).toMatchObject({ code: 'refused' })
    expect(asked).toHaveLength(3)
  })
})
