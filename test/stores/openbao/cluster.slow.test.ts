import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Credential, isCredential } from '../../../src/core/credential.ts'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { asFailure, type Failure } from '../../../src/core/failure.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { Store } from '../../../src/core/store.ts'
import { someone } from '../../asker.ts'
import { atEndOfSuite } from '../../real/at-end.ts'
import { baoProgram, type Person } from '../../real/openbao.ts'
import { type Cluster, startCluster } from '../../real/openbao-cluster.ts'
import { needs, programOnPath } from '../../real/require.ts'
import { credential, expectItems } from '../contract-world.ts'
import { contextOf, storesOf } from './place.ts'

/* Three nodes with TLS, and what can happen to them: nothing is lost, nothing is answered wrongly. */

const patient = { ...someone, personPresent: true }

needs('openssl', programOnPath('openssl') !== undefined)('with openssl', () => {
  needs('OpenBao', baoProgram !== undefined)('three nodes', () => {
    let cluster: Cluster
    let ann: Person
    const atEnd = atEndOfSuite()
    beforeAll(async () => {
      cluster = await startCluster(atEnd)
      ann = await cluster.bao.person('ann')
    }, 120_000)

    function storeOf(token = ann.token, first = 0): Store {
      const [address = '', ...nodes] = [0, 1, 2].map((at) => cluster.nodes[(first + at) % 3]?.address ?? '')
      const settings = { address, nodes, caFile: cluster.caFile }
      return storesOf(contextOf(onTestFinished, settings, { BAO_TOKEN: token }))[0]
    }

    const at = (path: string) => parseAddress(`https://cluster.example.com/${path}`)

    /** Saves and reads in turn until it is told to stop. The result has what was kept, and each failure. */
    function load(store: Store, path: string) {
      const failures: Failure[] = []
      let kept: Credential | undefined
      let maybe: Credential | undefined
      let isOver = false
      const work = (async () => {
        for (let count = 1; !isOver; count++) {
          const next = credential(at(path), { secret: new Secret(`${count}`) })
          maybe = next
          try {
            await store.save(patient, next)
            kept = next
            maybe = undefined
            const found = await store.find(patient, [next.endpoint], next.account)
            expectItems(found, [next])
          } catch (error) {
            failures.push(asFailure(error))
            if (!['unavailable', 'timeout'].includes(asFailure(error).code)) throw error
            // What failed may have been written: the server says which.
            const found = await store.find(patient, [next.endpoint]).catch(() => [])
            for (const now of found) if (isCredential(now)) kept = now
          }
        }
      })()
      return {
        async stop() {
          isOver = true
          await work
          return { kept, maybe, failures }
        },
        count: () => Number(kept?.secret.expose() ?? 0),
      }
    }

    async function expectKept(
      path: string,
      { kept, maybe }: { kept?: Credential | undefined; maybe?: Credential | undefined },
    ) {
      const found = (await storeOf().find(patient, [at(path)])).filter(isCredential)
      const allowed = [kept, maybe].map((one) => one?.secret.expose())
      expect(allowed).toContain(found[0]?.secret.expose())
      expect(found).toHaveLength(1)
    }

    test('a follower answers soon what another machine has saved', async () => {
      await storeOf().save(someone, credential(at('follower')))
      for (const first of [0, 1, 2]) {
        const found = () => storeOf(ann.token, first).find(someone, [at('follower')])
        await expect.poll(async () => (await found()).length, { timeout: 20_000 }).toBe(1)
      }
    })

    test('what this machine has saved is there at once, although a follower may lag behind', async () => {
      const leader = await cluster.leader()
      const follower = cluster.nodes.find((node) => node !== leader) ?? leader
      const settings = { address: follower.address, caFile: cluster.caFile }
      const here = contextOf(onTestFinished, settings, { BAO_TOKEN: ann.token })
      for (let count = 1; count <= 30; count++) {
        const item = credential(at('at-once'), { secret: new Secret(`${count}`) })
        await storesOf(here)[0].save(someone, item)
        // Another process, which knows only what is in the state folder.
        expectItems(await storesOf(here)[0].find(someone, [at('at-once')]), [item])
      }
    }, 60_000)

    test('the leader is killed under load: what was saved is there, and saving goes on', async () => {
      const loads = [0, 1, 2].map((first) => load(storeOf(ann.token, first), `killed-${first}`))
      await expect.poll(() => loads.every((one) => one.count() > 5), { timeout: 30_000 }).toBe(true)
      const leader = await cluster.leader()
      leader.signal('SIGKILL')
      const before = loads.map((one) => one.count())
      await expect
        .poll(() => loads.every((one, at) => one.count() > (before[at] ?? 0) + 5), { timeout: 60_000 })
        .toBe(true)
      const results = await Promise.all(loads.map((one) => one.stop()))
      for (const [first, result] of results.entries()) {
        await expectKept(`killed-${first}`, result)
        for (const { message } of result.failures) {
          expect(message).toMatch(
            /has no leader now|cannot answer now|accepts no connection|did not answer within|closed the connection|is sealed|is a standby/,
          )
        }
      }
      await leader.start()
      await cluster.steady()
    }, 180_000)

    test('a node that is cut off gives way to the others', async () => {
      const leader = await cluster.leader()
      const cut = cluster.nodes.findIndex((node) => node !== leader)
      const store = storeOf(ann.token, cut)
      await store.save(patient, credential(at('cut')))
      cluster.nodes[cut]?.signal('SIGSTOP')
      try {
        const outcome = await store.find(someone, [at('cut')]).then((items) => items.length, asFailure)
        expect(outcome).toBe(1)
      } finally {
        cluster.nodes[cut]?.signal('SIGCONT')
        await cluster.steady()
      }
      await expect
        .poll(
          () =>
            store.find(someone, [at('cut')]).then(
              (items) => items.length,
              () => 0,
            ),
          { timeout: 30_000 },
        )
        .toBe(1)
    }, 90_000)

    test('fifty clients at once at one endpoint lose nothing', async () => {
      const items = Array.from({ length: 50 }, (_, number) => credential(at('fifty'), { account: `${number}` }))
      const stores = items.map((_, number) => storeOf(ann.token, number % 3))
      const saved = await Promise.all(items.map((item, number) => stores[number]?.save(patient, item).catch(asFailure)))
      const done = items.filter((_, number) => saved[number] === true)
      const found = (await storeOf().find(patient, [at('fifty')])).map(({ account }) => account)
      for (const { account } of done) expect(found).toContain(account)
      for (const outcome of saved.filter((one) => one !== true))
        expect(outcome).toMatchObject({ code: expect.stringMatching(/^(timeout|unavailable)$/) })
      expect(done.length).toBeGreaterThan(25)
    }, 90_000)

    test('a policy that is taken away, and a token that expires, in the middle of work', async () => {
      const bob = await cluster.bao.person('bob')
      const store = storeOf(bob.token)
      await store.save(someone, credential(at('bob')))
      await cluster.bao.ask('POST', 'sys/policies/acl/bob', { policy: 'path "nothing" { capabilities = ["read"] }' })
      await expect
        .poll(
          () =>
            store.find(someone, [at('bob')]).then(
              () => '',
              (error) => asFailure(error).code,
            ),
          { timeout: 20_000 },
        )
        .toBe('refused')
      const short = await cluster.bao.ask('POST', 'auth/token/create', {
        policies: ['ann'],
        ttl: '2s',
        entity_alias: undefined,
      })
      const other = storesOf(
        contextOf(
          onTestFinished,
          { address: cluster.nodes[0].address, caFile: cluster.caFile, places: ['teams/platform'] },
          { BAO_TOKEN: short.auth.client_token },
        ),
      )[0]
      await expect
        .poll(
          () =>
            other.find(someone, [at('x')]).then(
              () => '',
              (error) => asFailure(error).code,
            ),
          { timeout: 20_000 },
        )
        .toBe('locked')
    }, 90_000)

    test('without the authority nothing is sent', async () => {
      const settings = { address: cluster.nodes[0].address }
      const [store] = storesOf(contextOf(onTestFinished, settings, { BAO_TOKEN: ann.token }))
      expect(await store.find(someone, [at('x')]).then(() => '', asFailure)).toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('an unknown authority made the certificate'),
      })
    })
  })
})
