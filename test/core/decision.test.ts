import { beforeEach, describe, expect, test } from 'vitest'
import { createBroker } from '../../src/core/broker.ts'
import type { Credential, Kind, Note } from '../../src/core/credential.ts'
import type { Step } from '../../src/core/decision.ts'
import { parseAddress } from '../../src/core/endpoint.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Lookup } from '../../src/core/selection.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { someone } from '../asker.ts'

const at = parseAddress('https://git.example.com')
const target = parseAddress('https://github.example.com')

let time = 0
let stores = [memoryStore(), memoryStore()] as const
beforeEach(() => {
  time = 1_800_000_000_000
  const now = () => (time += 1000)
  stores = [memoryStore({ now }), memoryStore({ now })]
})

const keep = (owner: string, account: string, more: Partial<Credential> = {}, store = 0) =>
  stores[store]?.save(someone, { endpoint: at, account, owner, kind: 'basic', secret: new Secret('s'), ...more })
const note = (kind: Note, owner: string, account: string) =>
  stores[0].save(someone, { endpoint: at, account, owner, kind })

/** The answer, and for each rule that left something out, what. */
async function decided(lookup: Partial<Lookup> = {}) {
  const steps: Step[] = []
  const asked: Lookup[] = []
  const options = { asker: someone, stores, now: () => time, recoverHours: 24, aliases: { [at.host]: target.host } }
  const hearing = (whole: Lookup) => {
    asked.push(whole)
    return (step: Step) => void steps.push(step)
  }
  const whole: Lookup = { tool: 'git', kinds: ['basic'] as readonly Kind[], endpoints: [at], ...lookup }
  const unheard = await createBroker(options).find(whole)
  const answer = await createBroker({ ...options, hearing }).find(whole)
  expect(answer).toEqual(unheard)
  return {
    answer: answer && `${answer.credential.owner} ${answer.credential.account}`,
    steps: steps.map(({ rule, out, store }) => `${store} ${rule}: ${out.map((one) => `${one.owner} ${one.account}`)}`),
    endpoints: asked.flatMap(({ endpoints }) => endpoints.map(({ key }) => key)),
  }
}

describe('each rule tells what it left out, and the answer is the same unheard', () => {
  test('nothing is told where nothing is left out; aliases are among the endpoints', async () => {
    await keep('git', 'ann')
    expect(await decided()).toEqual({ answer: 'git ann', steps: [], endpoints: [at.key, target.key] })
  })

  test('kind, hidden, account', async () => {
    await keep('docker', 'ann', { kind: 'docker-identity' })
    await keep('credbridge', 'ann')
    await keep('person', 'bob')
    await keep('git', 'eve')
    expect(await decided({ account: 'bob', tokenUser: 'bob' })).toMatchObject({
      answer: 'person bob',
      steps: ['0 kind: docker ann', '0 hidden: credbridge ann', '0 account: git eve'],
    })
  })

  test('ended and shared', async () => {
    await keep('person', 'ann')
    await note('ended', 'git', 'ann')
    expect(await decided()).toMatchObject({ answer: undefined, steps: ['0 ended: person ann'] })
    expect(await decided({ tool: 'npm', sharedOnly: true })).toMatchObject({ steps: ['0 shared: person ann'] })
  })

  test('default, own and expired', async () => {
    await keep('git', 'ann')
    await keep('docker', 'bob')
    await keep('git', 'bob')
    await keep('git', 'old', { expires: 1 })
    expect(await decided()).toMatchObject({
      answer: 'git bob',
      steps: ['0 expired: git old', '0 own: docker bob', '0 newest: git ann'],
    })
    await note('default', 'credbridge', 'ann')
    expect(await decided()).toMatchObject({
      answer: 'git ann',
      steps: [expect.stringMatching('^0 default: (docker bob|git bob|git old|,)+$')],
    })
  })

  test("a person's before tools', the one shared with the tool, the exact name", async () => {
    await keep('docker', 'ann')
    await keep('person', 'ann')
    expect(await decided()).toMatchObject({ answer: 'person ann', steps: ['0 person: docker ann'] })
    await keep('person', 'bob')
    await note('shared', 'git', 'bob')
    expect((await decided()).steps).toEqual([expect.stringContaining('0 signed-in: ')])
    await keep('person', '')
    expect(await decided({ account: 'bob', tokenUser: 'bob' })).toMatchObject({ answer: 'person bob' })
    expect((await decided({ account: 'bob', tokenUser: 'bob' })).steps).toContain('0 exact: person ')
  })

  test('the store is told, and the notes of an earlier one count', async () => {
    await keep('person', 'ann', {}, 1)
    await note('ended', 'git', 'ann')
    expect(await decided()).toMatchObject({ answer: undefined, steps: ['1 ended: person ann'] })
  })
})
