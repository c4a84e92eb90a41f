import { describe, expect, test } from 'vitest'
import { isFailure } from '../../../src/core/failure.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { Store } from '../../../src/core/store.ts'
import { foreignItems } from '../../../src/stores/secret-service/foreign-items.ts'
import { attributesOf } from '../../../src/stores/secret-service/items.ts'
import { askedBy, someone } from '../../asker.ts'
import { type Answer, type Answers, described, fakeBus, item, printed } from './fake-bus.ts'
import { failureOf, git, gits, secretsAt, storeOn } from './world.ts'

/* A Secret Service, or a bus, that answers whatever it likes: each request ends, with the code that says what it was. */

const attributes = attributesOf(gits(''))
const locks = { folder: '/', userId: 0 }
const short = { first: 200, answer: 100, person: 300 }

function storeWith(answers: Answers, greeting?: string): Store {
  const connect = fakeBus(attributes, answers, greeting)
  return storeOn({ env: {} }, { address: 'unix:path=/', connect, limits: short })
}

/** Another answer to this one method. */
const to =
  (member: string, answer: Answer): Answers =>
  (asked) =>
    asked.member === member ? answer : undefined

test('the bus of these tests is a good one, as long as it is not told otherwise', async () => {
  expect(await secretsAt(storeWith(() => undefined))).toEqual(['secret'])
})

test('a session is begun and a search made together, and only once the service has answered something', async () => {
  const asked: string[] = []
  const noting = (before?: Answer) =>
    storeWith(({ member }) => {
      asked.push(member)
      return member === 'ReadAlias' ? before : undefined
    })
  expect(await failureOf(noting('nothing').find(someone, [git]))).toMatchObject({ code: 'timeout' })
  expect(asked).toEqual(['Hello', 'ReadAlias'])
  expect(await secretsAt(noting())).toEqual(['secret'])
  expect(asked.slice(2, 6)).toEqual(['Hello', 'ReadAlias', 'OpenSession', 'SearchItems'])
})

test('what is begun ahead of a find serves it; what goes wrong is told by the find', async () => {
  const asked: string[] = []
  const noting = (greeting?: string) =>
    storeWith(({ member }) => {
      asked.push(member)
      return undefined
    }, greeting)
  const store = noting()
  await store.ready?.(someone)
  await expect.poll(() => asked).toEqual(['Hello', 'ReadAlias', 'OpenSession'])
  expect(await secretsAt(store)).toEqual(['secret'])
  expect(asked.filter((member) => ['Hello', 'OpenSession'].includes(member))).toEqual(['Hello', 'OpenSession'])
  const broken = noting('REJECTED EXTERNAL\r\n')
  await broken.ready?.(someone)
  expect(await failureOf(broken.find(someone, [git]))).toMatchObject({ code: 'refused' })
})

describe('a reply of the wrong types is malformed', () => {
  test.each<[string, Answer]>([
    ['Hello', ['u', 1]],
    ['ReadAlias', ['s', 'none']],
    ['OpenSession', ['o', item]],
    ['OpenSession', ['']],
    ['SearchItems', ['aoas', [item], []]],
    ['SearchItems', ['ao', [item]]],
    ['SearchItems', ['aoaos', [item], [], 'more']],
    ['GetSecrets', ['a{o(oayayay)}', new Map([[item, [item, Buffer.alloc(0), Buffer.from('x'), Buffer.from('x')]]])]],
    ['GetSecrets', ['a{oay}', new Map([[item, Buffer.from('x')]])]],
    ['GetAll', ['a{sv}', new Map()]],
    ['GetAll', ['a{sv}', new Map([...described(attributes), ['Attributes', { type: 's', value: 'none' }]])]],
    ['GetAll', ['a{sv}', new Map([...described(attributes), ['Modified', { type: 'u', value: 1 }]])]],
    ['GetAll', ['a{sv}', new Map([...described(attributes), ['Locked', { type: 'u', value: 1 }]])]],
  ])('%s: %j', async (member, answer) => {
    expect(await failureOf(storeWith(to(member, answer)).find(someone, [git]))).toMatchObject({ code: 'malformed' })
  })

  test.each<[Answer]>([[['v', { type: 's', value: 'login' }]], [['s', 'login']]])(
    'the collections, which are read where a search finds nothing: %j',
    async (answer) => {
      const nothing = to('SearchItems', ['aoao', [], []])
      const store = storeWith((asked) => nothing(asked) ?? to('Get', answer)(asked))
      expect(await failureOf(store.find(someone, [git]))).toMatchObject({ code: 'malformed' })
    },
  )
})

describe('a reply that is no reply', () => {
  const end = Buffer.alloc(64)
  test.each<[string, Answer, string]>([
    ['nothing', 'nothing', 'timeout'],
    ['the end of the connection', 'end', 'unavailable'],
    ['bytes of nothing', end, 'malformed'],
    ['a message of 2 GB', Buffer.from('6c020001ffffff7f0100000008000000', 'hex'), 'malformed'],
    ['the reply to another call', printed(4_000_000, ['s', 'x']), 'timeout'],
    ['bus.Error.NoReply', { error: 'org.freedesktop.DBus.Error.NoReply' }, 'unavailable'],
    ['bus.Error.AccessDenied', { error: 'org.freedesktop.DBus.Error.AccessDenied' }, 'refused'],
    ['bus.Error.Spawn.ChildExited', { error: 'org.freedesktop.DBus.Error.Spawn.ChildExited' }, 'unavailable'],
    ['Secret.Error.IsLocked', { error: 'org.freedesktop.Secret.Error.IsLocked' }, 'locked'],
    ['an error without a name', { error: '' }, 'refused'],
  ])('%s', async (_, answer, code) => {
    for (const member of ['ReadAlias', 'OpenSession', 'SearchItems', 'GetSecrets', 'GetAll']) {
      const failure = await failureOf(storeWith(to(member, answer)).find(someone, [git]))
      expect([member, failure.code]).toEqual([member, code])
    }
  })

  test.each([
    ['no welcome', 'REJECTED EXTERNAL\r\n', 'refused'],
    ['an error instead of a welcome', 'ERROR\r\n', 'malformed'],
    ['a line without end', 'O'.repeat(5_000), 'malformed'],
    ['half a line, and then a message', `OK ${'1'.repeat(240)}`, 'malformed'],
  ])('%s', async (_, greeting, code) => {
    expect(await failureOf(storeWith(to('Hello', 'nothing'), greeting).find(someone, [git]))).toMatchObject({ code })
  })
})

describe('a Secret Service that contradicts itself', () => {
  test('an item that has gone when its secret is asked for is absent', async () => {
    const gone = { error: 'org.freedesktop.DBus.Error.UnknownObject' }
    expect(await storeWith(to('GetAll', gone)).find(someone, [git])).toEqual([])
  })

  describe("oo7's error for everything", () => {
    const unclear = { error: 'org.freedesktop.zbus.Error' }
    /** A Secret Service that answers so to this method, and still names its item or not. */
    const storeWhere = (unclearly: string, isThere: () => boolean) =>
      storeWith(({ member, body }) => {
        if (member === unclearly) return unclear
        if (member === 'SearchItems' && !isThere()) return ['aoao', [], []]
        if (member === 'Get' && body[1] === 'Items') return ['v', { type: 'ao', value: isThere() ? [item] : [] }]
        return undefined
      })
    /** It is there when it is searched for, and then it has gone. */
    const once = () => {
      let asked = 0
      return () => asked++ === 0
    }

    test.each(['GetAll', 'GetSecrets'])('to %s is no absence while the item is there', async (member) => {
      const store = storeWhere(member, () => true)
      expect(await failureOf(store.find(someone, [git]))).toMatchObject({ code: 'refused' })
      expect(await failureOf(store.remove(someone, gits(''), new Secret('secret')))).toMatchObject({ code: 'refused' })
    })

    test('to a removal or a write is no success and no absence while the item is there', async () => {
      const removing = storeWhere('Delete', () => true).remove(someone, gits(''))
      expect(await failureOf(removing)).toMatchObject({ code: 'refused' })
      const saving = storeWhere('SetSecret', () => true).save(someone, gits('other'))
      expect(await failureOf(saving)).toMatchObject({ code: 'refused' })
    })

    test('is absence once the item has gone', async () => {
      expect(await storeWhere('Delete', once()).remove(someone, gits(''))).toBe(false)
      expect(await storeWhere('GetAll', once()).find(someone, [git])).toEqual([])
    })

    test("to one foreign item's secret hides no other", async () => {
      const other = `${item}2`
      const secretOf = (path: string): Answer => {
        const secret = [path, Buffer.alloc(0), Buffer.from('secret'), 'text/plain']
        return ['a{o(oayays)}', new Map([[path, secret]])]
      }
      const asked: unknown[] = []
      const connect = fakeBus(attributes, ({ member, body: [paths] }) => {
        if (member === 'SearchItems') return ['aoao', [item, other], []]
        if (member !== 'GetSecrets') return undefined
        asked.push(paths)
        return String(paths).includes(other) ? unclear : secretOf(item)
      })
      const found = await foreignItems({ address: 'unix:path=/', connect, userId: 0, locks }, someone, [
        { service: 'x' },
      ])
      expect(asked).toEqual([[item, other], [item], [other]])
      expect(found.map(({ secret }) => (isFailure(secret) ? secret.code : secret.expose()))).toEqual([
        'secret',
        'refused',
      ])
    })

    test('is a failure where it is not about an item', async () => {
      for (const member of ['SearchItems', 'OpenSession']) {
        expect(await failureOf(storeWith(to(member, unclear)).find(someone, [git]))).toMatchObject({ code: 'refused' })
      }
    })
  })

  test('an item that goes while its secret is compared is nothing that could be removed', async () => {
    let gone = false
    const store = storeWith(({ member }) => {
      if (member === 'GetAll' && gone) return { error: 'org.freedesktop.DBus.Error.UnknownObject' }
      if (member !== 'GetSecrets') return undefined
      gone = true
      return ['a{o(oayays)}', new Map()]
    })
    expect(await store.remove(someone, gits(''), new Secret('secret'))).toBe(false)
  })

  test('an unlocked item without a secret is refused, never absent', async () => {
    const store = storeWith(to('GetSecrets', ['a{o(oayays)}', new Map()]))
    expect(await failureOf(store.find(someone, [git]))).toMatchObject({ code: 'refused' })
  })

  test('a locked item without a secret is locked', async () => {
    const locked = new Map([...described(attributes), ['Locked', { type: 'b', value: true }]])
    const store = storeWith((asked) => {
      if (asked.member === 'GetSecrets') return ['a{o(oayays)}', new Map()]
      return asked.member === 'GetAll' ? ['a{sv}', locked] : undefined
    })
    expect(await failureOf(store.find(someone, [git]))).toMatchObject({ code: 'locked' })
  })

  test('what it says to have unlocked and has not is locked', async () => {
    const store = storeWith((asked) => {
      if (asked.member === 'SearchItems') return ['aoao', [], [item]]
      return asked.member === 'Unlock' ? ['aoo', [], '/'] : undefined
    })
    expect(await failureOf(store.find(someone, [git]))).toMatchObject({ code: 'locked' })
  })

  test('an item that it found although it was not asked for is left out', async () => {
    const other = described(new Map([['service', 'git:https://other.example.com']]))
    expect(await storeWith(to('GetAll', ['a{sv}', other])).find(someone, [git])).toEqual([])
  })

  test.each([
    [true, 'answers', 'locked', ['secret']],
    [true, 'does not answer', 'locked', 'timeout'],
    [true, 'does not answer', 'open', 'timeout'],
    [false, 'does not answer', 'locked', 'locked'],
    [false, 'does not answer', 'open', 'timeout'],
  ] as const)(
    'somebody there: %s; the dialog before a search %s, a collection is %s: %j',
    async (personPresent, how, state, outcome) => {
      const connect = fakeBus(attributes, ({ member, body }) => {
        if (member === 'SearchItems')
          return how === 'answers' ? { after: 250, answer: ['aoao', [item], []] } : 'nothing'
        return body[1] === 'Locked' ? ['v', { type: 'b', value: state === 'locked' }] : undefined
      })
      const limits = { first: 5_000, answer: 100, person: how === 'answers' ? 20_000 : 500 }
      const store = askedBy({ personPresent }, storeOn({ env: {} }, { address: 'unix:path=/', connect, limits }))
      if (typeof outcome === 'string')
        expect(await failureOf(store.find(someone, [git]))).toMatchObject({ code: outcome })
      else expect(await secretsAt(store)).toEqual(outcome)
    },
  )

  test.each(['unlocked', 'locked'])(
    'more %s items than anybody keeps are too many, and nothing is asked of them',
    async (which) => {
      const asked: string[] = []
      const many = Array.from({ length: 5_001 }, (_, at) => `/org/freedesktop/secrets/collection/login/${at}`)
      const twice = (paths: readonly string[]) => paths.map((path) => path.replace('login', 'other'))
      let searches = 0
      const store = storeWith(({ member }) => {
        asked.push(member)
        if (member !== 'SearchItems') return undefined
        const paths = searches++ % 2 === 0 ? many : twice(many)
        return which === 'locked' ? ['aoao', [], paths] : ['aoao', paths, []]
      })
      expect(await failureOf(store.list(someone))).toMatchObject({ code: 'too-large' })
      expect(asked).not.toContain('GetAll')
      expect(asked).not.toContain('Unlock')
    },
  )

  test('a secret that is no text is malformed', async () => {
    const secret = [item, Buffer.alloc(0), Buffer.from([0xff, 0xfe]), 'application/octet-stream']
    const store = storeWith(to('GetSecrets', ['a{o(oayays)}', new Map([[item, secret]])]))
    expect(await failureOf(store.find(someone, [git]))).toMatchObject({ code: 'malformed' })
  })

  test('items that change under every write end the attempts', async () => {
    let made = 0
    const store = storeWith((asked) => {
      if (asked.member === 'SearchItems') return ['aoao', [], []]
      if (asked.member === 'ReadAlias') return ['o', '/org/freedesktop/secrets/collection/login']
      return asked.member === 'CreateItem' ? ['oo', `${item}${made++}`, '/'] : undefined
    })
    expect(await failureOf(store.save(someone, gits('x')))).toMatchObject({ code: 'timeout' })
    expect(made).toBeLessThanOrEqual(20)
  })
})

test('an item of another kind is made anew: a property that is set while its item goes ends gnome-keyring', async () => {
  const asked: string[] = []
  let there = item
  const store = storeWith(({ member, path }) => {
    asked.push(member)
    if (member === 'SearchItems') return ['aoao', [there], []]
    if (member === 'GetAll' && there !== item) return ['a{sv}', described(attributesOf(gits('', { kind: 'bearer' })))]
    if (member === 'ReadAlias') return ['o', '/org/freedesktop/secrets/collection/login']
    if (member === 'CreateItem') there = `${item}1`
    if (member === 'CreateItem') return ['oo', there, '/']
    return member === 'Delete' && path === item ? ['o', '/'] : undefined
  })
  await store.save(someone, gits('x', { kind: 'bearer' }))
  expect(asked.filter((member) => ['Set', 'SetSecret', 'CreateItem', 'Delete'].includes(member))).toEqual([
    'CreateItem',
    'Delete',
  ])
})

describe('a conversation has a limit as a whole', () => {
  const patient = { first: 20_000, answer: 20_000, person: 20_000 }
  const patientWith = (answers: Answers, whole = 60_000) => {
    const limits = { ...patient, whole }
    return storeOn({ env: {} }, { address: 'unix:path=/', connect: fakeBus(attributes, answers), limits })
  }
  const many = Array.from({ length: 100_000 }, (_, at) => `${item}${at}`)
  const requests: [string, (store: Store) => Promise<unknown>][] = [
    ['find', (store) => store.find(someone, [git])],
    ['save', (store) => store.save(someone, gits('x'))],
    ['remove', (store) => store.remove(someone, gits(''))],
    ['list', (store) => store.list(someone)],
  ]

  test.each(requests)('in what it may name: a hundred thousand items are too many to %s', async (_, request) => {
    for (const hits of [
      ['aoao', many, []],
      ['aoao', [], many],
    ] as const) {
      const asked: string[] = []
      const store = patientWith(({ member }) => {
        asked.push(member)
        return member === 'SearchItems' ? [...hits] : undefined
      })
      expect(await failureOf(request(store))).toMatchObject({ code: 'too-large' })
      expect(asked).not.toContain('Unlock')
      expect(asked).not.toContain('GetSecrets')
      expect(asked.length).toBeLessThan(10)
    }
  })

  test('in what it may name: a hundred thousand collections', async () => {
    const store = patientWith(({ member, body }) => {
      if (member === 'SearchItems') return ['aoao', [], []]
      return body[1] === 'Collections' ? ['v', { type: 'ao', value: many }] : undefined
    })
    expect(await failureOf(store.find(someone, [git]))).toMatchObject({ code: 'too-large' })
  })

  test('in what it may say: a hundred items of a megabyte', async () => {
    const large = described(new Map([...attributes, ['more', 'x'.repeat(1_000_000)]]))
    const answers: Answers = ({ member }) => {
      if (member === 'SearchItems') return ['aoao', many.slice(0, 100), []]
      return member === 'GetAll' ? ['a{sv}', large] : undefined
    }
    expect(await failureOf(patientWith(answers).list(someone))).toMatchObject({ code: 'too-large' })
  })

  test('in time: each answer comes in time, and there is no end of them', async () => {
    let answered = 0
    const answers: Answers = ({ member }) => {
      answered++
      if (member === 'SearchItems') return { after: 40, answer: ['aoao', [], []] }
      if (member === 'ReadAlias') return ['o', '/org/freedesktop/secrets/collection/login']
      return member === 'CreateItem' ? ['oo', `${item}${answered}`, '/'] : undefined
    }
    expect(await failureOf(patientWith(answers, 200).save(someone, gits('x')))).toMatchObject({ code: 'timeout' })
    expect(answered).toBeLessThan(60)
  })
})
