import { describe, expect, test } from 'vitest'
import { ourselves } from '../../src/core/credential.ts'
import { parseAddress, serviceName } from '../../src/core/endpoint.ts'
import { Secret } from '../../src/core/secret.ts'
import { someone } from '../asker.ts'
import { credential, expectFailure, expectItems, type Open, openWorld, type World } from './contract-world.ts'

export function placesContract(open: Open): void {
  describe('places', () => {
    test('nothing there is nothing: found, removed', async () => {
      const { store, address, service } = await openWorld(open)
      expect(await store.find(someone, [address()])).toEqual([])
      expect(await store.find(someone, [address('/x'), service()], 'ann')).toEqual([])
      expect(await store.find(someone, [])).toEqual([])
      expect(await store.remove(someone, credential(address()))).toBe(false)
      expect(await store.remove(someone, credential(address()), new Secret('p@ss'))).toBe(false)
    })

    test('a save replaces only what is at its own place', async () => {
      const world = await openWorld(open)
      const neighbours = await saveNeighbours(world)
      const [mine, ...others] = neighbours
      const changed = { ...mine, secret: new Secret('changed') }
      await world.save(changed)
      await expectAll(world, [changed, ...others])
    })

    test('a remove removes only what is at its own place', async () => {
      const world = await openWorld(open)
      const [mine, ...others] = await saveNeighbours(world)
      expect(await world.store.remove(someone, mine)).toBe(true)
      await expectAll(world, others)
      expect(await world.store.remove(someone, mine)).toBe(false)
      await expectAll(world, others)
    })

    test('several accounts at one endpoint, or it says that it cannot', async () => {
      const world = await openWorld(open)
      const endpoint = world.address()
      const accounts = ['ann', 'Ann', 'an', 'ann ', 'ann@example.com', 'é', 'e\u0301', 'credbridge:none', '']
      const [first, ...others] = accounts.map((account) =>
        credential(endpoint, { account, secret: new Secret(`of ${account}`) }),
      )
      if (first === undefined) throw new Error('no accounts')
      await world.save(first)
      if (world.store.traits.accounts === 'one') {
        for (const other of others) await expectFailure(world.save(other), 'unsupported')
        expectItems(await world.store.find(someone, [endpoint]), [first])
        return
      }
      for (const other of others) await world.save(other)
      expectItems(await world.store.find(someone, [endpoint]), [first, ...others])
      for (const one of [first, ...others]) expectItems(await world.store.find(someone, [endpoint], one.account), [one])
    })

    test('several owners at one endpoint and account', async ({ skip }) => {
      const world = await openWorld(open)
      skip(!world.store.traits.extras, 'the store keeps no extras')
      const endpoint = world.address()
      const items = ['git', 'docker', 'gi', 'git:', 'person', ourselves].map((owner) =>
        credential(endpoint, { owner, secret: new Secret(`of ${owner}`) }),
      )
      for (const item of items) await world.save(item)
      expectItems(await world.store.find(someone, [endpoint]), items)
      expectItems(await world.store.find(someone, [endpoint], 'ann'), items)
    })

    test("an address and Python's service name of the same text stay apart", async ({ skip }) => {
      const world = await openWorld(open)
      skip(!world.store.traits.extras, 'the store keeps no extras')
      const at = world.address('/simple')
      const address = credential(at, { owner: 'person' })
      const service = credential(serviceName(at.key), { owner: 'python', kind: 'text', secret: new Secret('text') })
      await world.save(address)
      await world.save(service)
      expectItems(await world.store.find(someone, [at]), [address])
      expectItems(await world.store.find(someone, [service.endpoint]), [service])
      expectItems(await world.store.find(someone, [service.endpoint, at]), [address, service])
      expect(await world.store.remove(someone, service)).toBe(true)
      expectItems(await world.store.find(someone, [service.endpoint, at]), [address])
    })

    test("Python's service names are kept verbatim, each by itself", async ({ skip }) => {
      const world = await openWorld(open)
      skip(!world.store.traits.extras, 'the store keeps no extras')
      const names = [
        '',
        '/',
        ' ',
        '.EXAMPLE.com',
        '.example.com',
        '.example.com:443',
        '.example.com/',
        '?q#f',
        '%41',
        'A',
      ]
      const items = names.map((name) =>
        credential(world.service(name), { owner: 'python', kind: 'text', secret: new Secret(`at ${name}`) }),
      )
      for (const item of items) await world.save(item)
      for (const item of items) expectItems(await world.store.find(someone, [item.endpoint]), [item])
    })

    test.each(['a\0b', '\0', 'half \ud800'])(
      'a name of %j is malformed, whoever asks for it and for what',
      async (name) => {
        const { store, address, service } = await openWorld(open)
        const here = credential(address('/names'))
        for (const item of [
          credential(service(name), { owner: 'python', kind: 'text' }),
          credential(address(), { account: name }),
        ]) {
          await expectFailure(store.save(someone, item), 'malformed')
          await expectFailure(store.find(someone, [here.endpoint, item.endpoint], item.account), 'malformed')
          await expectFailure(store.remove(someone, item), 'malformed')
        }
        expect(await store.find(someone, [address()])).toEqual([])
      },
    )

    test('with an account, other accounts are left out, notes and tokens never', async ({ skip }) => {
      const world = await openWorld(open)
      const { extras, accounts } = world.store.traits
      skip(!extras || accounts === 'one', 'the store keeps no extras, or one account only')
      const endpoint = world.address()
      const [ann, bob] = [credential(endpoint), credential(endpoint, { account: 'bob', owner: 'docker' })]
      const meant = { endpoint, account: 'bob', owner: ourselves, kind: 'default' } as const
      const ended = { endpoint, account: '', owner: 'npm', kind: 'ended', everyAccount: true } as const
      const token = { ...credential(endpoint, { account: 'eve', owner: 'person' }), kind: 'token' } as const
      for (const item of [ann, bob, token, meant, ended]) await world.save(item)
      expectItems(await world.store.find(someone, [endpoint], 'ann'), [ann, token, meant, ended])
      expectItems(await world.store.find(someone, [endpoint], 'nobody'), [token, meant, ended])
      expectItems(await world.store.find(someone, [endpoint]), [ann, bob, token, meant, ended])
    })

    test('with an expected secret, only that one is removed', async () => {
      const world = await openWorld(open)
      const item = credential(world.address(), { secret: new Secret('now\n') })
      await world.save(item)
      for (const other of ['', 'now', 'now\n\n', 'Now\n']) {
        expect(await world.store.remove(someone, item, new Secret(other))).toBe(false)
      }
      expectItems(await world.store.find(someone, [item.endpoint]), [item])
      expect(await world.store.remove(someone, item, new Secret('now\n'))).toBe(true)
      expectItems(await world.store.find(someone, [item.endpoint]), [])
    })

    test('the expected secret is compared with the secret alone, whatever belongs to it', async ({ skip }) => {
      const world = await openWorld(open)
      skip(!world.store.traits.extras, 'the store keeps no extras')
      const item = credential(world.address(), { expires: 4_102_444_800, refreshToken: new Secret('refresh') })
      await world.save(item)
      expect(await world.store.remove(someone, item, new Secret('refresh'))).toBe(false)
      expect(await world.store.remove(someone, item, new Secret('p@ss'))).toBe(true)
      expectItems(await world.store.find(someone, [item.endpoint]), [])
    })

    test('a note is removed like a credential', async ({ skip }) => {
      const world = await openWorld(open)
      skip(!world.store.traits.extras, 'the store keeps no extras')
      const endpoint = world.address()
      const note = { endpoint, account: 'ann', owner: ourselves, kind: 'default' } as const
      const item = credential(endpoint)
      await world.save(note)
      await world.save(item)
      expect(await world.store.remove(someone, { endpoint, account: 'ann', owner: ourselves })).toBe(true)
      expectItems(await world.store.find(someone, [endpoint]), [item])
    })
  })
}

/** Places that differ in one thing each, which a careless comparison takes for one. */
async function saveNeighbours(world: World) {
  const endpoint = world.address('/team/repo')
  const host = endpoint.key.slice('https://'.length, endpoint.key.indexOf('/team'))
  const mine = credential(endpoint)
  const endpoints = [
    world.address(),
    world.address('/team'),
    world.address('/team/repo/deeper'),
    world.address('/team/repository'),
    world.address('/Team/repo'),
    world.address(':8443/team/repo'),
    world.address('/team/repo', 'http'),
    parseAddress(`https://sub.${host}/team/repo`),
    parseAddress(`https://${host}.example.org/team/repo`),
  ].map((at, number) => credential(at, { secret: new Secret(`neighbour ${number}`) }))
  const { accounts, extras } = world.store.traits
  const here = [
    ...(accounts === 'several' ? [credential(endpoint, { account: 'bob', secret: new Secret("bob's") })] : []),
    ...(extras ? [credential(endpoint, { owner: 'docker', secret: new Secret("docker's") })] : []),
  ]
  const all = [mine, ...here, ...endpoints] as const
  for (const item of all) await world.save(item)
  return all
}

async function expectAll(world: World, items: readonly ReturnType<typeof credential>[]): Promise<void> {
  for (const { endpoint } of items) {
    const here = items.filter((item) => item.endpoint.key === endpoint.key)
    expectItems(await world.store.find(someone, [endpoint]), here)
  }
}
