import { describe, expect, test, vi } from 'vitest'
import type { StoredItem } from '../../src/core/credential.ts'
import { Secret } from '../../src/core/secret.ts'
import { someone } from '../asker.ts'
import { credential, expectItems, type Open, openWorld, plain } from './contract-world.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, number) => number)

export function manyContract(open: Open): void {
  describe('many', () => {
    test('finds at several endpoints at once, each item once', async () => {
      const world = await openWorld(open)
      const items = ['', '/a', '/a/b', ':8443'].map((rest) => credential(world.address(rest)))
      for (const item of items) await world.save(item)
      const endpoints = items.map(({ endpoint }) => endpoint)
      expectItems(await world.store.find(someone, [...endpoints, world.address('/nothing')]), items)
      expectItems(await world.store.find(someone, [...endpoints, ...endpoints], 'ann'), items)
      expectItems(await world.store.find(someone, endpoints.slice(0, 2)), items.slice(0, 2))
    })

    test('another instance sees what the first wrote, and the other way round', async () => {
      const world = await openWorld(open)
      const other = await open()
      const item = credential(world.address())
      await world.save(item)
      expectItems(await other.find(someone, [item.endpoint]), [item])
      const changed = { ...item, secret: new Secret('changed') }
      await world.save(changed, other)
      expectItems(await world.store.find(someone, [item.endpoint]), [changed])
      expect(await world.store.remove(someone, item)).toBe(true)
      expectItems(await other.find(someone, [item.endpoint]), [])
      expect(await other.remove(someone, item)).toBe(false)
    })

    test('fifty saves at once by two instances lose nothing', async () => {
      const world = await openWorld(open)
      const other = await open()
      const several = world.store.traits.accounts === 'several'
      const items = numbers(50).map((number) =>
        several && number % 2 === 0
          ? credential(world.address(), { account: `user ${number}`, secret: new Secret(`${number}`) })
          : credential(world.address(`/${number}`), { secret: new Secret(`${number}`) }),
      )
      await Promise.all(items.map((item, number) => world.save(item, number % 4 < 2 ? world.store : other)))
      const found = await (await open()).find(
        someone,
        items.map(({ endpoint }) => endpoint),
      )
      expectItems(found, items)
    })

    test('saves at once at one place leave one item, whole', async () => {
      const world = await openWorld(open)
      const other = await open()
      const endpoint = world.address()
      const secrets = numbers(10).map((number) => `${number}`.repeat(100 + number))
      await Promise.all(
        secrets.map((secret, number) =>
          world.save(credential(endpoint, { secret: new Secret(secret) }), number % 2 === 0 ? world.store : other),
        ),
      )
      const found = await world.store.find(someone, [endpoint])
      expect(found).toHaveLength(1)
      expect(secrets.map((secret) => plain(credential(endpoint, { secret: new Secret(secret) })))).toContainEqual(
        plain(found[0] as StoredItem),
      )
      expect(await world.store.remove(someone, credential(endpoint))).toBe(true)
      expectItems(await other.find(someone, [endpoint]), [])
    })

    test('a write has a time that grows, or none has', async () => {
      const world = await openWorld(open)
      const [first, second] = [credential(world.address('/1')), credential(world.address('/2'))]
      const savedAt = async ({ endpoint }: { endpoint: typeof first.endpoint }) =>
        (await world.store.find(someone, [endpoint]))[0]?.savedAt
      const start = Date.now()
      await world.save(first)
      await world.save(second)
      const before = await savedAt(first)
      if (before === undefined) {
        expect(await savedAt(second)).toBeUndefined()
        return
      }
      expect(before).toBeGreaterThan(start - 2_000) // Some stores keep whole seconds.
      expect(before).toBeLessThan(Date.now() + 2_000)
      expect(await savedAt(second)).toBeGreaterThanOrEqual(before)
      await vi.waitFor(
        async () => {
          await world.save({ ...second, secret: new Secret(`${Math.random()}`) })
          expect(await savedAt(second)).toBeGreaterThan(before)
        },
        { timeout: 10_000, interval: 100 },
      )
      expect(await savedAt(first)).toBe(before)
    })
  })
}
