import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { type Entry, ourselves } from '../../src/core/credential.ts'
import { Secret } from '../../src/core/secret.ts'
import { someone } from '../asker.ts'
import { credential, expectFailure, expectItems, type Open, openWorld } from './contract-world.ts'

export function listContract(open: Open): void {
  describe('list', () => {
    test('names every entry with its kind and shows no secret, or says that it cannot list', async () => {
      const world = await openWorld(open)
      const { store } = world
      if (!store.traits.list) {
        await expectFailure(store.list(someone), 'unsupported')
        return
      }
      const hidden = 'hidden-9f2c'
      const secret = new Secret(hidden)
      const extra = [
        credential(world.address('/bearer'), { kind: 'bearer', secret, refreshToken: new Secret(hidden), expires: 7 }),
        credential(world.address('/basic'), { account: '', secret, expires: 4_102_444_800 }),
        credential(world.service(' ü'), { owner: 'python', kind: 'text', secret }),
        { endpoint: world.address(), account: 'ann', owner: ourselves, kind: 'default' },
        { endpoint: world.address(), account: '', owner: 'npm', kind: 'ended', everyAccount: true },
      ] as const
      const items = [credential(world.address('/a%20b'), { secret }), ...(store.traits.extras ? extra : [])]
      for (const item of items) await world.save(item)
      for (const lister of [store, await open()]) {
        const entries = (await lister.list(someone)).filter(({ endpoint }) =>
          items.some((item) => item.endpoint.key === endpoint.key),
        )
        const names = entries.map(({ endpoint, account, owner, kind }) => ({ endpoint, account, owner, kind }))
        expect(names).toHaveLength(items.length)
        for (const { endpoint, account, owner, kind } of items) {
          expect(names).toContainEqual({ endpoint, account, owner, kind })
        }
        expect(inspect(entries, { depth: 9, showHidden: true }) + JSON.stringify(entries)).not.toContain(hidden)
        for (const entry of entries) expect(entry).not.toHaveProperty('secret')
      }
    })

    test('what is wanted of it comes at once, or as list and find tell it', async ({ skip }) => {
      const world = await openWorld(open)
      const { store } = world
      skip(store.findWanted === undefined, 'the store does not offer it')
      const at = (path: string, owner: string, account: string) => credential(world.address(path), { owner, account })
      const places = [
        at('/a', 'docker', 'ann'),
        at('/a', 'git', 'bob'),
        at('/b', 'docker', 'ann'),
        at('/c', 'git', 'ann'),
      ]
      const ended = {
        endpoint: world.address('/a'),
        account: '',
        owner: 'docker',
        kind: 'ended',
        everyAccount: true,
      } as const
      for (const item of [...places, ended]) await world.save(item)
      const ours = new Set(places.map(({ endpoint }) => endpoint.key))
      const isWanted = (entry: Entry) => entry.owner === 'docker' && ours.has(entry.endpoint.key)
      const entries = (await store.list(someone)).filter(isWanted)
      const wanted = await store.findWanted?.(someone, isWanted)
      const found = await store.find(
        someone,
        entries.map(({ endpoint }) => endpoint),
      )
      expect(found).toHaveLength(4)
      expectItems(wanted ?? [], found)
      expect(await store.findWanted?.(someone, () => false)).toEqual([])
    })

    test('no longer names what was removed', async ({ skip }) => {
      const world = await openWorld(open)
      skip(!world.store.traits.list, 'the store cannot list')
      const item = credential(world.address())
      const listed = async () =>
        (await world.store.list(someone)).some(({ endpoint }) => endpoint.key === item.endpoint.key)
      await world.save(item)
      expect(await listed()).toBe(true)
      await world.store.remove(someone, item)
      expect(await listed()).toBe(false)
    })
  })
}
