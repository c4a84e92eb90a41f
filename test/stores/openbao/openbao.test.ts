import { createHash } from 'node:crypto'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, vi } from 'vitest'
import { reportStores } from '../../../src/commands/doctor-stores.ts'
import { isCredential, ourselves } from '../../../src/core/credential.ts'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { asFailure } from '../../../src/core/failure.ts'
import { endpointFromKey } from '../../../src/core/item.ts'
import { Secret } from '../../../src/core/secret.ts'
import { readSettings } from '../../../src/engine/read-settings.ts'
import { openStore } from '../../../src/stores/open.ts'
import { countCopies } from '../../../src/stores/openbao/copies.ts'
import { entryName } from '../../../src/stores/openbao/document.ts'
import type { OpenbaoSettings } from '../../../src/stores/store-type.ts'
import { runIn } from '../../../src/system/child.ts'
import type { Environment } from '../../../src/system/machine.ts'
import { someone } from '../../asker.ts'
import { atEndOfSuite } from '../../real/at-end.ts'
import { thorough, usual, usually } from '../../real/depth.ts'
import { needsOpenbao, type Openbao, type Person, startOpenbao } from '../../real/openbao.ts'
import { credential, expectItems } from '../contract-world.ts'
import { contextOf, storesOf } from './place.ts'

/* What the contract does not say, on a real server. */

const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'golden', 'entry-0.1.json'), 'utf8')) as {
  readonly name: string
  readonly data: { readonly endpoint: string; readonly items: readonly { readonly savedAt: number }[] }
  readonly otherNames: Readonly<Record<string, string>>
}

needsOpenbao('OpenBao', () => {
  let bao: Openbao
  let ann: Person
  const atEnd = atEndOfSuite()
  beforeAll(async () => {
    bao = await startOpenbao(atEnd)
    ann = await bao.person('ann')
  })

  const context = (openbao: OpenbaoSettings = {}, env: Environment = { BAO_TOKEN: ann.token }) =>
    contextOf(onTestFinished, { address: bao.address, ...openbao }, env)
  const storeOf = (openbao?: OpenbaoSettings, env?: Environment) => storesOf(context(openbao, env))[0]
  const at = (path = '') => {
    const name = createHash('sha256').update(`${expect.getState().currentTestName}`).digest('hex').slice(0, 16)
    return parseAddress(`https://${name}.example.com${path}`)
  }
  const pathOf = (endpoint = at(), folder = `people/${ann.entity}`) => `${folder}/${entryName(endpoint)}`
  const failure = (promise: Promise<unknown>) => promise.then(() => expect.unreachable(), asFailure)

  describe('an entry', () => {
    const endpoint = parseAddress(golden.data.endpoint)
    const items = [
      credential(endpoint),
      credential(endpoint, { owner: 'docker', account: '', kind: 'bearer' }),
      { endpoint, account: 'ann', owner: ourselves, kind: 'default' },
    ] as const

    usual('is written as docs/openbao.md promises, and people can read for which endpoint', async () => {
      const store = storeOf()
      for (const item of items) await store.save(someone, item)
      const { data } = await bao.ask('GET', `secret/data/${pathOf(endpoint)}`)
      const times = data.data.items.map((item: { savedAt: number }) => item.savedAt)
      expect(times.every((time: number) => Math.abs(time - Date.now()) < 60_000)).toBe(true)
      const written = data.data.items.map((item: object, at: number) => ({
        ...item,
        savedAt: golden.data.items[at]?.savedAt,
      }))
      expect({ ...data.data, items: written }).toEqual(golden.data)
      const { custom_metadata: beside } = data.metadata
      expect(beside).toEqual({ endpoint: golden.data.endpoint, program: 'credbridge' })
      for (const item of items) await store.remove(someone, item)
    })

    usual('of version 0.1 is read', async () => {
      const path = `people/${ann.entity}/${golden.name}`
      await bao.ask('POST', `secret/data/${path}`, { data: golden.data })
      const store = storeOf()
      const found = await store.find(someone, [endpoint])
      expectItems(found, items)
      expect(found.map(({ savedAt }) => savedAt)).toEqual(golden.data.items.map(({ savedAt }) => savedAt))
      await bao.ask('DELETE', `secret/metadata/${path}`)
    })

    usual('has the same name for ever', () => {
      for (const [key, name] of Object.entries(golden.otherNames)) {
        expect(entryName(endpointFromKey(key, 'person'))).toBe(name)
      }
    })

    usual('members of later versions survive a write', async () => {
      const line = { owner: 'git', account: 'bob', value: 'pw', later: { x: [1] } }
      const data = { credbridge: 1, endpoint: at().key, items: [line], later: 'y' }
      await bao.ask('POST', `secret/data/${pathOf()}`, { data })
      const store = storeOf()
      await store.save(someone, credential(at()))
      expect((await bao.ask('GET', `secret/data/${pathOf()}`)).data.data).toMatchObject({
        later: 'y',
        items: [line, { account: 'ann' }],
      })
      expect(await store.remove(someone, credential(at(), { account: 'bob' }), new Secret('pw'))).toBe(true)
      expect((await bao.ask('GET', `secret/data/${pathOf()}`)).data.data).toMatchObject({
        later: 'y',
        items: [{ account: 'ann' }],
      })
    })

    usual('of two who write the same at the same time, each by its condition, one has written', async () => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
      onTestFinished(() => void vi.useRealTimers())
      const stores = [storeOf(), storeOf(), storeOf(), storeOf()]
      const count = (n: number) => credential(at(), { secret: new Secret(`${n}`) })
      for (let n = 0; n < 5; n++) {
        const replaces = (await stores[0]?.find(someone, [at()]))?.filter(isCredential)[0]
        const saved = await Promise.all(stores.map((store) => store?.save(someone, count(n), { replaces })))
        expect(saved.filter(Boolean)).toHaveLength(1)
      }
    })

    usual('what was replaced or removed is not in the history of the server', async () => {
      await bao.ask('POST', 'secret/config', { max_versions: 9 })
      onTestFinished(async () => void (await bao.ask('POST', 'secret/config', { max_versions: 0 })))
      const store = storeOf()
      for (const secret of ['first', 'second'])
        await store.save(someone, credential(at(), { secret: new Secret(secret) }))
      await store.remove(someone, credential(at()))
      for (const version of [2, 3]) {
        await expect(bao.ask('GET', `secret/data/${pathOf()}?version=${version}`)).rejects.toThrow('"destroyed":true')
      }
    })

    usual('what an administrator deleted is absent, can be undeleted, and does not stop a save', async () => {
      const store = storeOf()
      await store.save(someone, credential(at()))
      await bao.ask('DELETE', `secret/data/${pathOf()}`)
      expect(await store.find(someone, [at()])).toEqual([])
      await bao.ask('POST', `secret/undelete/${pathOf()}`, { versions: [2] })
      expectItems(await store.find(someone, [at()]), [credential(at())])
      await bao.ask('DELETE', `secret/data/${pathOf()}`)
      await store.save(someone, credential(at(), { secret: new Secret('new') }))
      expectItems(await store.find(someone, [at()]), [credential(at(), { secret: new Secret('new') })])
    })

    usual('a damaged one is a problem, and no other one suffers', async () => {
      const store = storeOf()
      await store.save(someone, credential(at('/good')))
      await bao.ask('POST', `secret/data/${pathOf(at('/bad'))}`, { data: { credbridge: 1, items: 'none' } })
      expect((await store.list(someone)).some(({ endpoint }) => endpoint.key === at('/good').key)).toBe(true)
      expect((await store.problems?.(someone))?.map(({ code }) => code)).toEqual(['malformed'])
      expect(await failure(store.save(someone, credential(at('/bad'))))).toMatchObject({ code: 'malformed' })
      await bao.ask('DELETE', `secret/metadata/${pathOf(at('/bad'))}`)
    })

    thorough(
      'a hundred saves at once by four stores at one endpoint lose nothing',
      async () => {
        const stores = [1, 2, 3, 4].map(() => storeOf())
        const items = Array.from({ length: 100 }, (_, number) => credential(at(), { account: `${number}` }))
        const patient = { ...someone, personPresent: true }
        await Promise.all(items.map((item, number) => stores[number % 4]?.save(patient, item)))
        expectItems(await storeOf().find(someone, [at()]), items)
      },
      60_000,
    )
  })

  usually(describe)('places', () => {
    const places = ['people/{me}', 'teams/platform']
    const ofTeam = () => storesOf(context({ places: ['teams/platform'] }, { BAO_TOKEN: bao.root }))[0]

    usual("the person's is read first, then the team's, which is read only unless said otherwise", async () => {
      await ofTeam().save(someone, credential(at(), { owner: 'person' }))
      const [mine, team] = storesOf(context({ places }))
      expect([mine.name, team?.name]).toEqual(['openbao', 'openbao:teams/platform'])
      expect(await mine.find(someone, [at()])).toEqual([])
      expectItems((await team?.find(someone, [at()])) ?? [], [credential(at(), { owner: 'person' })])
      expect(await failure(team?.save(someone, credential(at())) ?? Promise.reject())).toMatchObject({
        code: 'refused',
        message: 'openbao:teams/platform is read only',
      })
      const [, writable] = storesOf(context({ places, writable: ['teams/platform'] }, { BAO_TOKEN: ann.token }))
      expect(await failure(writable?.save(someone, credential(at())) ?? Promise.reject())).toMatchObject({
        message: expect.stringContaining('does not permit this token: update on secret/data/teams/platform/*'),
      })
    })

    usual('nobody reads what is in the folder of another person', async () => {
      const bob = await bao.person('bob')
      await storeOf().save(someone, credential(at()))
      expect(await storeOf({}, { BAO_TOKEN: bob.token }).find(someone, [at()])).toEqual([])
      expect(
        await failure(storeOf({ places: [`people/${ann.entity}`] }, { BAO_TOKEN: bob.token }).find(someone, [at()])),
      ).toMatchObject({ code: 'refused' })
    })

    usual('a token of nobody has no folder of its own', async () => {
      expect(await failure(storeOf({}, { BAO_TOKEN: bao.root }).find(someone, [at()]))).toMatchObject({
        code: 'refused',
        message: expect.stringContaining('belongs to no person'),
      })
    })
  })

  usually(describe)('the token', () => {
    const reads = (env: Environment, more: OpenbaoSettings = {}) => storeOf(more, env).find(someone, [at()])

    usual('BAO_TOKEN comes before VAULT_TOKEN, even if it is empty', async () => {
      expect(await reads({ BAO_TOKEN: ann.token, VAULT_TOKEN: 'wrong' })).toEqual([])
      expect(await reads({ VAULT_TOKEN: ann.token })).toEqual([])
      expect(await failure(reads({ BAO_TOKEN: '', VAULT_TOKEN: ann.token }))).toMatchObject({
        code: 'locked',
        message: expect.stringContaining('there is no token'),
      })
    })

    usual('what the environment has for another server is not sent', async () => {
      expect(await reads({ BAO_ADDR: bao.address, BAO_TOKEN: ann.token })).toEqual([])
      expect(await failure(reads({ BAO_ADDR: 'https://other.example.com', BAO_TOKEN: ann.token }))).toMatchObject({
        code: 'locked',
        message: expect.stringContaining('there is no token'),
      })
    })

    usual('without an address in the settings that of the environment counts', async () => {
      const here = contextOf(onTestFinished, {}, { VAULT_ADDR: `${bao.address}/`, VAULT_TOKEN: ann.token })
      expect(await storesOf(here)[0].find(someone, [at()])).toEqual([])
    })

    usual('it is in the file that bao login writes, which must be private', async () => {
      const here = context({}, {})
      const file = join(here.machine.home, '.vault-token')
      writeFileSync(file, `${ann.token}\n`, { mode: 0o600 })
      expect(await storesOf(here)[0].find(someone, [at()])).toEqual([])
      chmodSync(file, 0o644)
      expect(await failure(storesOf(here)[0].find(someone, [at()]))).toMatchObject({ code: 'refused' })
      const other = join(here.machine.home, 'token')
      writeFileSync(other, ann.token, { mode: 0o600 })
      const elsewhere = context({}, { BAO_TOKEN_PATH: other })
      expect(await storesOf(elsewhere)[0].find(someone, [at()])).toEqual([])
    })

    usual('the token helper of bao or vault has it', async () => {
      const here = context({}, {})
      const helper = join(here.machine.home, 'helper')
      writeFileSync(helper, `#!/bin/sh\n[ "$1" = get ] && printf '%s' '${ann.token}'\n`, { mode: 0o700 })
      writeFileSync(join(here.machine.home, '.vault'), `# mine\ntoken_helper = "${helper}"\n`)
      const able = { ...here, machine: { ...here.machine, run: runIn({}) } }
      expect(await storesOf(able)[0].find(someone, [at()])).toEqual([])
      writeFileSync(helper, '#!/bin/sh\necho no >&2; exit 3\n', { mode: 0o700 })
      expect(await failure(storesOf(able)[0].find(someone, [at()]))).toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('the token helper'),
      })
      writeFileSync(helper, '#!/bin/sh\n', { mode: 0o700 })
      expect(await failure(storesOf(able)[0].find(someone, [at()]))).toMatchObject({ code: 'locked' })
    })

    usual('one that was revoked is asked for again, by the place that it is from', async () => {
      const { token } = await bao.person('carol')
      const store = storeOf({}, { VAULT_TOKEN: token })
      expect(await store.find(someone, [at()])).toEqual([])
      await bao.ask('POST', 'auth/token/revoke', { token })
      expect(await failure(store.find(someone, [at()]))).toMatchObject({
        code: 'locked',
        message: expect.stringContaining('does not know the token in VAULT_TOKEN any more'),
      })
    })
  })

  usual('a process that goes on gets the folder of whoever has signed in since', async () => {
    const [dora, emil] = [await bao.person('dora'), await bao.person('emil')]
    const here = context({}, {})
    const file = join(here.machine.home, '.vault-token')
    writeFileSync(file, dora.token, { mode: 0o600 })
    const [store] = storesOf(here)
    const [hers, his] = [credential(at(), { account: 'dora' }), credential(at(), { account: 'emil' })]
    await store.save(someone, hers)
    await bao.ask('POST', 'auth/token/revoke', { token: dora.token })
    writeFileSync(file, emil.token, { mode: 0o600 })
    expect(await failure(store.find(someone, [at()]))).toMatchObject({ code: 'locked' })
    expect(await store.find(someone, [at()])).toEqual([])
    await store.save(someone, his)
    expectItems(await storeOf({}, { BAO_TOKEN: emil.token }).find(someone, [at()]), [his])
  })

  thorough('doctor removes copies past their time although the server does not answer', async () => {
    onTestFinished(() => void vi.useRealTimers())
    const mine = await startOpenbao(onTestFinished)
    const { token } = await mine.person('nora')
    const cache = { store: 'vault', lasts: 3_600_000 }
    const machine = await contextOf(onTestFinished, {}, { BAO_TOKEN: token }).machine.whole()
    const usual = await readSettings(machine.folders, {})
    const settings = { ...usual, stores: ['openbao'], openbao: { address: mine.address, cache } }
    const store = await openStore('openbao', settings, machine)
    await store.save(someone, credential(at()))
    await store.find(someone, [at()])
    const count = async () => (await countCopies(await openStore('vault', settings, machine))).count
    const doctor = () => reportStores({ settings, machine, asker: someone })
    await mine.ask('POST', 'sys/seal')
    expect((await doctor()).stores[0]).toMatchObject({ name: 'openbao', works: false, failure: 'unavailable' })
    expect(await count()).toBe(1)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + cache.lasts })
    await doctor()
    expect(await count()).toBe(0)
  })

  thorough('a sealed server says so and loses nothing', async () => {
    const mine = await startOpenbao(onTestFinished)
    const { token } = await mine.person('ann')
    const store = storesOf(contextOf(onTestFinished, { address: mine.address }, { BAO_TOKEN: token }))[0]
    await store.save(someone, credential(at()))
    await mine.ask('POST', 'sys/seal')
    const works = [
      () => store.find(someone, [at()]),
      () => store.save(someone, credential(at())),
      () => store.remove(someone, credential(at())),
      () => store.list(someone),
    ]
    for (const work of works) {
      expect(await failure(work())).toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('is sealed'),
      })
    }
  })
})
