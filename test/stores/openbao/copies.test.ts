import { expect, test } from 'vitest'
import { parseAddress, serviceName } from '../../../src/core/endpoint.ts'
import { asFailure, Failure } from '../../../src/core/failure.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { Store } from '../../../src/core/store.ts'
import { memoryStore } from '../../../src/stores/memory/store.ts'
import { withCopies } from '../../../src/stores/openbao/copies.ts'
import { asRefusal } from '../../../src/stores/openbao/outcome.ts'
import { someone } from '../../asker.ts'
import { credential, expectItems } from '../contract-world.ts'

/* When a copy answers, and when it does not, with a server that is told what to be. */

const at = (path = '') => parseAddress(`https://git.example.com${path}`)
const hour = 3_600_000

function world() {
  const server = memoryStore()
  const local = memoryStore()
  const state: { now: number; fails: Failure | undefined; said: string[]; from: string } = {
    ...{ now: 0, fails: undefined, said: [], from: 'one' },
  }
  const failing = async () => {
    if (state.fails !== undefined) throw state.fails
  }
  const remote: Store = {
    ...server,
    find: (...how) => failing().then(() => server.find(...how)),
    save: (...how) => failing().then(() => server.save(...how)),
    remove: (...how) => failing().then(() => server.remove(...how)),
    list: (...how) => failing().then(() => server.list(...how)),
  }
  const store = withCopies(remote, {
    from: async () => state.from,
    local: async () => local,
    lasts: hour,
    now: () => state.now,
    say: (line) => void state.said.push(line),
  })
  const find = (...paths: readonly string[]) => store.find(someone, paths.map(at)).catch(asFailure)
  return { store, server, local, state, find }
}

const down = new Failure('unavailable', 'the server is down')

test('a copy answers while the server cannot be reached, in its time', async () => {
  const { store, state, find } = world()
  await store.save(someone, credential(at()))
  await find('')
  state.fails = down
  state.now = hour - 1
  expectItems(await store.find(someone, [at()], 'ann'), [credential(at())])
  expect(await store.find(someone, [at()], 'bob')).toEqual([])
  expect(state.said[0]).toBe('the server is down; a copy of 59 minutes ago answers')
  state.now = hour
  expect(await find('')).toBe(down)
  state.now = -1
  expect(await find('')).toBe(down)
})

test('a copy answers for its own server and folder only', async () => {
  const { store, state, find } = world()
  await store.save(someone, credential(at()))
  await find('')
  state.fails = down
  state.from = 'other'
  expect(await find('')).toBe(down)
  expect(await store.list(someone).catch(asFailure)).toBe(down)
  state.from = 'one'
  expectItems(await store.find(someone, [at()]), [credential(at())])
  expect(await store.list(someone)).toHaveLength(1)
})

test('what was never seen is no absence', async () => {
  const { store, state, find, local } = world()
  expect(await find('')).toEqual([])
  expect(await local.list(someone)).toEqual([])
  await store.save(someone, credential(at('/a')))
  await find('/a', '/b')
  state.fails = down
  expectItems(await store.find(someone, [at('/a'), at('/b')]), [credential(at('/a'))])
  expect(await find('/a', '/c')).toBe(down)
  expect(await find('')).toBe(down)
})

test.each(['refused', 'locked'] as const)('what the server says is %s has no copy any more', async (code) => {
  const { store, state, find, local } = world()
  await store.save(someone, credential(at()))
  await find('')
  state.fails = new Failure(code, 'this machine says no')
  expect(await find('')).toBe(state.fails)
  expect(await local.list(someone)).toHaveLength(1)
  state.fails = asRefusal(new Failure(code, 'no'))
  expect(await find('')).toBe(state.fails)
  expect(await local.list(someone)).toEqual([])
  state.fails = down
  expect(await find('')).toBe(down)
})

test('a write ends the copy, and what the server no longer has goes from it', async () => {
  const { store, server, state, find, local } = world()
  await store.save(someone, credential(at()))
  await find('')
  await store.save(someone, credential(at(), { secret: new Secret('new') }))
  state.fails = down
  expect(await find('')).toBe(down)
  state.fails = undefined
  await find('')
  await server.remove(someone, credential(at()))
  await find('')
  expect(await local.list(someone)).toEqual([])
})

test.each(['save', 'remove'] as const)('a %s that fails after it was written ends the copy', async (verb) => {
  const { store, state, find, local } = world()
  await store.save(someone, credential(at()))
  await find('')
  state.fails = new Failure('timeout', 'the answer was lost')
  expect(await store[verb](someone, credential(at())).catch(asFailure)).toBe(state.fails)
  expect(await local.list(someone)).toEqual([])
})

test('copies for restore are not copied', async () => {
  const { store, local, find } = world()
  const bin = { endpoint: serviceName('erased'), account: 'x', owner: 'credbridge' }
  await store.save(someone, { ...bin, kind: 'erased', until: 9e15, erased: credential(at()) })
  await store.find(someone, [bin.endpoint])
  expect(await local.list(someone)).toEqual([])
  await store.save(someone, credential(at()))
  await find('')
  expect(await local.list(someone)).toHaveLength(1)
})

test('a lookup that a copy is too old for removes it', async () => {
  const { store, state, local, find } = world()
  await store.save(someone, credential(at()))
  await find('')
  state.fails = down
  state.now = hour
  expect(await find('')).toBe(down)
  expect(await local.list(someone)).toEqual([])
})

test('tidy removes what is past its time', async () => {
  const { store, state, local, find } = world()
  await store.save(someone, credential(at()))
  await find('')
  await store.tidy?.(someone)
  expect(await local.list(someone)).toHaveLength(1)
  state.now = hour
  state.from = 'other'
  await store.tidy?.(someone)
  expect(await local.list(someone)).toEqual([])
})
