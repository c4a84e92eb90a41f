import { beforeEach, expect, test } from 'vitest'
import { createBroker } from '../../src/core/broker.ts'
import { parseAddress, withParents } from '../../src/core/endpoint.ts'
import { Secret } from '../../src/core/secret.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { someone } from '../asker.ts'

const origin = parseAddress('https://gitlab.example.com')
const deeper = parseAddress('https://gitlab.example.com/packages/npm')

let store = memoryStore()
let broker = createBroker({ asker: someone, stores: [store], now: Date.now, recoverHours: 24 })
beforeEach(() => {
  store = memoryStore()
  broker = createBroker({ asker: someone, stores: [store], now: Date.now, recoverHours: 24 })
})

const saved = (owner: string, account: string, endpoint = origin) =>
  store.save(someone, { endpoint, account, owner, kind: 'basic', secret: new Secret(`${owner}'s`) })
const shared = (owner: string, account: string, endpoint = origin) =>
  store.save(someone, { endpoint, account, owner, kind: 'shared' })

async function asks(tool: string, endpoints = [origin]): Promise<string | undefined> {
  const answer = await broker.find({ tool, kinds: ['basic'], endpoints, sharedOnly: true })
  return answer === undefined ? undefined : `${answer.credential.account} ${answer.credential.secret.expose()}`
}

test("what others saved is not borrowed, the tool's own is found", async () => {
  await saved('git', 'alice')
  expect(await asks('npm')).toBeUndefined()
  await saved('npm', 'bob')
  expect(await asks('npm')).toBe("bob npm's")
})

test('what is shared with the tool is borrowed, and only that account', async () => {
  await saved('git', 'alice')
  await saved('git', 'bot')
  await shared('npm', 'bot')
  expect(await asks('npm')).toBe("bot git's")
  expect(await asks('yarn')).toBeUndefined()
})

test('sharing at an endpoint says nothing about what lies deeper or above', async () => {
  await saved('git', 'alice', deeper)
  await shared('npm', 'alice')
  expect(await asks('npm', [...withParents(deeper)])).toBeUndefined()
  await saved('git', 'alice')
  expect(await asks('npm', [...withParents(deeper)])).toBe("alice git's")
})

test('what the tool has ended stays ended', async () => {
  await saved('git', 'alice')
  await shared('npm', 'alice')
  await broker.remove({ tool: 'npm', kinds: ['basic'], endpoint: origin })
  expect(await asks('npm')).toBeUndefined()
})

test('what is shared under an alias is what lies at its target, and nothing that lies elsewhere there', async () => {
  const alias = parseAddress('https://git.example.com')
  broker = createBroker({
    asker: someone,
    stores: [store],
    now: Date.now,
    recoverHours: 24,
    aliases: { 'git.example.com': 'gitlab.example.com' },
  })
  await saved('git', 'alice')
  await saved('git', 'bob', deeper)
  expect(await asks('npm', [alias])).toBeUndefined()
  await shared('npm', 'alice', alias)
  expect(await asks('npm', [alias])).toBe("alice git's")
  expect(await asks('npm', [parseAddress('https://git.example.com/packages/npm')])).toBeUndefined()
})
