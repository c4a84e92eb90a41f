import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Credential, type Item, kinds, type NoteItem, ourselves } from '../../src/core/credential.ts'
import { serviceName } from '../../src/core/endpoint.ts'
import { Secret } from '../../src/core/secret.ts'
import { someone } from '../asker.ts'
import { credential, expectFailure, expectItems, type Open, openWorld, type World } from './contract-world.ts'

/** Texts that some layer between us and the disk is likely to treat as special. */
export const difficult: readonly string[] = [
  ' ',
  ' leading and trailing ',
  'tab\tinside',
  'line\nfeed',
  'ends with a line feed\n',
  'carriage\rreturn',
  '\r\n',
  'a=b&c=d;e,f:g/h\\i|j',
  '"quoted" \'twice\' `thrice`',
  '$HOME $(id) %PATH% %00 %n {0} $x',
  '-n',
  '*?[a-z]~',
  '{"kind":"basic","secret":"x"}',
  'credbridge:1:',
  'credbridge:1:{"kind":"bearer","secret":"x"}',
  'credbridge:2:',
  'credbridge:none',
  '\u0001\u0007\u001b[31m\u007f\u0085',
  '\ufeffbyte order mark\ufeff',
  'line\u2028and paragraph\u2029separators',
  '\u202eright to left',
  'e\u0301 decomposed',
  'é composed',
  'ß ẞ ı İ σ ς',
  '日本語 한국어 עברית ไทย',
  '👩‍👩‍👧‍👦 𝄞 \u{10ffff}',
  '\ufffd\ufdd0\uffff',
]

export function valuesContract(open: Open, texts: readonly string[]): void {
  describe('values', () => {
    test.each(texts)('keeps %j as secret, account and service name', async (text) => {
      const world = await openWorld(open)
      await keepsOr(world, credential(world.address(), { secret: new Secret(text) }), true)
      await keepsOr(world, credential(world.address('/account'), { account: text }), true)
      await keepsOr(
        world,
        pythonText(world, { endpoint: world.service(text), account: text, secret: new Secret(text) }),
      )
    })

    test('keeps any Unicode text without NUL', async () => {
      const world = await openWorld(open)
      const character = fc.integer({ min: 1, max: 0x10ffff }).map((code) => String.fromCodePoint(code))
      const text = fc.string({ unit: character, maxLength: 40 }).filter((any) => any.isWellFormed())
      const property = fc.asyncProperty(text, text.filter(notEmpty), async (account, secret) => {
        const item = credential(world.address(), { account, secret: new Secret(secret) })
        await world.save(item)
        expectItems(await world.store.find(someone, [item.endpoint], account), [item])
        expect(await world.store.remove(someone, item)).toBe(true)
      })
      await fc.assert(property, { numRuns: 20 })
    })

    test('keeps an empty secret, or says that it cannot', async () => {
      const world = await openWorld(open)
      await keepsOr(world, credential(world.address(), { secret: new Secret('') }), world.store.traits.emptySecret)
    })

    test('keeps an empty account, apart from any other', async () => {
      const world = await openWorld(open)
      const nobody = credential(world.address(), { account: '', secret: new Secret('nobody') })
      await keepsOr(world, nobody, true)
      expectItems(await world.store.find(someone, [nobody.endpoint], ''), [nobody])
      expectItems(await world.store.find(someone, [nobody.endpoint], 'ann'), [])
    })

    test.each(kinds.filter((kind) => kind !== 'basic' && kind !== 'text'))('keeps the kind %s', async (kind) => {
      const world = await openWorld(open)
      const { extras, elsewhere } = world.store.traits
      await keepsOr(world, credential(world.address(), { kind }), extras && (kind !== 'minted' || elsewhere !== true))
    })

    const full: readonly [string, Partial<Credential>][] = [
      ['an expiry', { expires: 4_102_444_800 }],
      ['an expiry long ago', { expires: 1 }],
      ['a refresh token', { refreshToken: new Secret('credbridge:1:\n"ref\\resh"\ttoken') }],
      ['an empty refresh token', { refreshToken: new Secret('') }],
      ['a scheme', { kind: 'header', scheme: 'GenieKey' }],
      ['secret parts', { parts: { session: new Secret('t\n"'), '': new Secret(''), é: new Secret('日本') } }],
      ['no secret parts, said so', { parts: {} }],
      ['members that this version does not know', { more: new Secret('{"later":[1,{"é":null}],"__proto__":"x"}') }],
      [
        'all at once',
        {
          kind: 'bearer',
          scheme: 'BEARER',
          expires: 4_102_444_800,
          refreshToken: new Secret('r'),
          parts: { key: new Secret('k') },
          more: new Secret('{"later":1}'),
        },
      ],
    ]
    test.each(full)('keeps %s', async (_, more) => {
      const world = await openWorld(open)
      await keepsOr(world, credential(world.address(), more))
    })

    test('a save keeps nothing of the value before', async ({ skip }) => {
      const world = await openWorld(open)
      skip(!world.store.traits.extras, 'the store keeps no extras')
      const endpoint = world.address()
      const r = new Secret('r')
      await world.save(credential(endpoint, { kind: 'header', scheme: 'x', expires: 7, refreshToken: r, parts: { r } }))
      await keepsOr(world, credential(endpoint))
      await keepsOr(world, credential(endpoint, { kind: 'bearer', secret: new Secret('t') }))
      await keepsOr(world, { endpoint, account: 'ann', owner: 'git', kind: 'ended' })
      await keepsOr(world, credential(endpoint))
    })

    test('keeps every kind of note, with all that belongs to it', async () => {
      const world = await openWorld(open)
      const endpoint = world.address()
      const more = new Secret('{"later":1}')
      const refreshToken = new Secret('r')
      const erased = credential(endpoint, { expires: 9, refreshToken, more, secret: new Secret('a\nb') })
      const bin = { endpoint: serviceName(`erased-${endpoint.key.slice('https://'.length)}`), owner: ourselves }
      const notes: readonly NoteItem[] = [
        { endpoint, account: 'ann', owner: 'git', kind: 'ended' },
        { endpoint, account: '', owner: 'npm', kind: 'ended', everyAccount: true },
        { endpoint, account: 'ann', owner: ourselves, kind: 'default' },
        { endpoint, account: 'ann', owner: 'docker', kind: 'shared' },
        { ...bin, account: `${endpoint.key} ann`, kind: 'erased', until: 1_795_245_664_180, erased },
        { endpoint, account: 'bob', owner: 'git', kind: 'ended', more: new Secret('{"later":"\\n"}') },
        { ...bin, account: `${endpoint.key} `, kind: 'erased', until: 1, erased: pythonText(world, {}) },
      ]
      for (const note of notes) {
        await keepsOr(
          world,
          note,
          world.store.traits.extras,
          (item) => item.account === note.account && item.owner === note.owner,
        )
      }
    })

    test('keeps a large secret, up to the size that it declares', async () => {
      const world = await openWorld(open)
      const { largest } = world.store.traits
      const size = Math.min(largest ?? 100_000, 1_000_000)
      const item = credential(world.address(), {
        secret: new Secret('0123456789abcdef'.repeat(size / 16 + 1).slice(0, size)),
      })
      await keepsOr(world, item, true)
      if (largest === undefined) return
      await expectFailure(world.save({ ...item, secret: new Secret('x'.repeat(largest + 1)) }), 'too-large')
      expectItems(await world.store.find(someone, [item.endpoint]), [item])
    })
  })
}

const notEmpty = (text: string) => text !== ''

function pythonText(world: World, more: Partial<Credential>): Credential {
  return credential(world.service(), { owner: 'python', kind: 'text', ...more })
}

/** The item comes back as it was; where the store declares that it cannot keep it, it says so, and nothing comes back. */
async function keepsOr(
  world: World,
  item: Item,
  able = world.store.traits.extras,
  mine: (item: Item) => boolean = () => true,
): Promise<void> {
  if (able) await world.save(item)
  else await expectFailure(world.save(item), 'unsupported')
  expectItems((await world.store.find(someone, [item.endpoint])).filter(mine), able ? [item] : [])
}
