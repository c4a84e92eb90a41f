import { expect, onTestFinished, test, vi } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import type { Value } from '../../../src/dbus/value.ts'
import { attributesOf } from '../../../src/stores/secret-service/items.ts'
import type { ConnectSocket } from '../../../src/system/unix-socket.ts'
import { someone } from '../../asker.ts'
import { type Answer, type Asked, described, fakeBus, item } from './fake-bus.ts'
import { failureOf, git, gits, secretsAt, storeOn } from './world.ts'

/* A find that was made before: what it found is asked for together with the search, and the search decides. */

const other = `${item}2`

/** A store on a bus that has these items now, and what each write to the bus asked. */
function storeOf(held: Map<string, string>, answer: (asked: Asked) => Answer | undefined = () => undefined) {
  const writes: string[][] = []
  const connect = fakeBus(attributesOf(gits('')), (asked) => {
    writes.at(-1)?.push(asked.member)
    const instead = answer(asked)
    if (instead !== undefined) return instead
    if (asked.member === 'SearchItems') return ['aoao', [...held.keys()], []]
    return asked.member === 'GetSecrets' ? secretsOf(held, asked.body) : undefined
  })
  const counted: ConnectSocket = (path, listener) => {
    const socket = connect(path, listener)
    return {
      ...socket,
      send(bytes) {
        writes.push([])
        socket.send(bytes)
      },
    }
  }
  return { store: storeOn({ env: {} }, { address: 'unix:path=/', connect: counted }), writes }
}

function secretsOf(held: ReadonlyMap<string, string>, [paths, session]: readonly Value[]): Answer {
  const there = (paths as readonly string[]).filter((path) => held.has(path))
  const secret = (path: string) => [session, Buffer.alloc(0), Buffer.from(held.get(path) ?? ''), 'text/plain'] as Value
  return ['a{o(oayays)}', new Map(there.map((path) => [path, secret(path)]))]
}

test('takes one exchange', async () => {
  const { store, writes } = storeOf(new Map([[item, 'first']]))
  expect(await secretsAt(store)).toEqual(['first'])
  expect(writes.at(-1)).toEqual(['GetSecrets', 'GetAll'])
  writes.length = 0
  expect(await secretsAt(store)).toEqual(['first'])
  expect(writes).toHaveLength(1)
  expect(writes[0]?.filter((member) => member !== 'SearchItems')).toEqual(['GetSecrets', 'GetAll'])
  expect(writes[0]?.[0]).toBe('SearchItems')
})

test('gives what is kept now: another secret, another item, none', async () => {
  const held = new Map([[item, 'first']])
  const { store } = storeOf(held)
  expect(await secretsAt(store)).toEqual(['first'])
  held.set(item, 'second')
  expect(await secretsAt(store)).toEqual(['second'])
  held.delete(item)
  held.set(other, 'third')
  expect(await secretsAt(store)).toEqual(['third'])
  held.delete(other)
  expect(await secretsAt(store)).toEqual([])
  held.set(item, 'fourth')
  expect(await secretsAt(store)).toEqual(['fourth'])
})

test.each<[string, Answer]>([
  ['is refused', { error: 'org.freedesktop.Secret.Error.IsLocked' }],
  ['gives no secret', ['a{o(oayays)}', new Map()]],
])('reads again if what is asked together with the search %s', async (_, instead) => {
  const held = new Map([[item, 'first']])
  let left = 0
  const { store, writes } = storeOf(held, ({ member }) => (member === 'GetSecrets' && left-- > 0 ? instead : undefined))
  expect(await secretsAt(store)).toEqual(['first'])
  left = 1
  writes.length = 0
  expect(await secretsAt(store)).toEqual(['first'])
  expect(writes).toHaveLength(2)
})

test('an item that was locked is read after it was unlocked: until then KWallet gives an empty secret', async () => {
  const held = new Map([[item, 'first']])
  let isLocked = false
  const { store, writes } = storeOf(held, ({ member, body }) => {
    if (!isLocked) return undefined
    if (member === 'SearchItems') return ['aoao', [], [item]]
    if (member === 'GetSecrets') return secretsOf(new Map([[item, '']]), body)
    if (member !== 'Unlock') return undefined
    isLocked = false
    return ['aoo', [item], '/']
  })
  expect(await secretsAt(store)).toEqual(['first'])
  isLocked = true
  writes.length = 0
  expect(await secretsAt(store)).toEqual(['first'])
  expect(writes.flat()).toContain('Unlock')
})

test('a locked item with an empty secret is locked', async () => {
  const held = new Map([[item, '']])
  const properties = new Map<string, Value>(described(attributesOf(gits(''))))
  properties.set('Locked', { type: 'b', value: true })
  const { store } = storeOf(held, ({ member }) => (member === 'GetAll' ? ['a{sv}', properties] : undefined))
  expect(await failureOf(store.find(someone, [git]))).toMatchObject({ code: 'locked' })
})

test('an item that is replaced between the search and the read is found at its new path', async () => {
  const held = new Map([[item, 'first']])
  const { store } = storeOf(held, ({ member, path, body }) => {
    const isOld = path === item || String(body[0]) === item
    if (!isOld || !['GetAll', 'GetSecrets'].includes(member)) return undefined
    if (held.delete(item)) held.set(other, 'second')
    return member === 'GetAll' ? { error: 'org.freedesktop.DBus.Error.UnknownObject' } : undefined
  })
  expect(await secretsAt(store)).toEqual(['second'])
})

test('of many searches some are remembered', async () => {
  const { store, writes } = storeOf(new Map([[item, 'first']]))
  const hosts = Array.from({ length: 120 }, (_, at) => parseAddress(`https://git${at}.example.com`))
  for (const host of [...hosts, ...hosts]) await store.find(someone, [host])
  expect(writes.filter((members) => members.includes('SearchItems') && members.includes('GetSecrets'))).toHaveLength(
    100,
  )
})

test('a conversation goes on for a minute after a request, and then a new one begins', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { store, writes } = storeOf(new Map([[item, 'first']]))
  expect(await secretsAt(store)).toEqual(['first'])
  const greetings = () => writes.flat().filter((member) => member === 'Hello').length
  for (const seconds of [59, 59]) {
    vi.advanceTimersByTime(seconds * 1000)
    expect(await secretsAt(store)).toEqual(['first'])
  }
  expect(greetings()).toBe(1)
  vi.advanceTimersByTime(61_000)
  expect(await secretsAt(store)).toEqual(['first'])
  expect(greetings()).toBe(2)
})
