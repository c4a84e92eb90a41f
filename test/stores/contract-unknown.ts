import { describe, expect, test } from 'vitest'
import { isUnknown } from '../../src/core/credential.ts'
import { Secret } from '../../src/core/secret.ts'
import { someone } from '../asker.ts'
import { credential, expectFailure, expectItems, type Open, openWorld, unknown } from './contract-world.ts'

/** Values that a later version may write, with the word that each is listed under. */
const values: readonly [string, string, string][] = [
  ['of an unknown kind', 'passkey', 'credbridge:1:{"kind":"passkey","secret":"s","id":[1,{"é":null}]}'],
  ['of an unknown kind without a secret', 'passkey', 'credbridge:1: {\n"later": "\\u00e9日本", "kind" : "passkey" } '],
  ['of an unknown kind with an odd name', 'a=b#c d/é', 'credbridge:1:{"kind":"a=b#c d/é"}'],
  ['in a record of a later version', 'unknown', 'credbridge:2:{"kind":"basic","secret":"s"}'],
]

export function unknownContract(open: Open): void {
  describe('what this version does not know', () => {
    test.each(values)('an item %s is carried, listed and left alone', async (_, kind, value) => {
      const world = await openWorld(open)
      const { traits } = world.store
      const endpoint = world.address('/later')
      const item = unknown(endpoint, kind, value)
      if (!traits.extras) {
        await expectFailure(world.save(item), 'unsupported')
        expectItems(await world.store.find(someone, [endpoint]), [])
        return
      }
      await world.save(item)
      const listed = (await world.store.list(someone)).filter((entry) => entry.endpoint.key === endpoint.key)
      expect(listed.map((entry) => [entry.account, entry.owner, entry.kind])).toEqual([['ann', 'git', kind]])

      const others = [
        credential(endpoint, { owner: 'docker' }),
        ...(traits.accounts === 'several' ? [credential(endpoint, { account: 'bob' })] : []),
      ]
      for (const other of others) await world.save(other)
      for (const other of others) await world.save({ ...other, secret: new Secret('changed') })
      for (const other of others) expect(await world.store.remove(someone, other, new Secret('changed'))).toBe(true)
      for (const other of others) await world.save(other)
      expectItems(await (await open()).find(someone, [endpoint]), [item, ...others])
      expectItems(await world.store.find(someone, [endpoint], 'ann'), [
        item,
        ...others.filter(({ account }) => account === 'ann'),
      ])

      expectItems(await world.store.find(someone, [endpoint], 'nobody'), [])

      expect(await world.store.remove(someone, item, new Secret('s'))).toBe(false)
      const [kept] = (await world.store.find(someone, [endpoint])).filter(isUnknown)
      expect(kept).toBeDefined()
      expect(await world.store.remove(someone, item, kept?.value)).toBe(true)
      expectItems(await world.store.find(someone, [endpoint]), others)
    })

    test.each(values)('an item %s is removed without a word about its value', async (_, kind, value) => {
      const world = await openWorld(open)
      if (!world.store.traits.extras) return
      const item = unknown(world.address(), kind, value)
      await world.save(item)
      expect(await world.store.remove(someone, item)).toBe(true)
      expectItems(await world.store.find(someone, [item.endpoint]), [])
    })

    test.each(values)("an item %s gives way to its owner's next save", async (_, kind, value) => {
      const world = await openWorld(open)
      if (!world.store.traits.extras) return
      const endpoint = world.address()
      await world.save(unknown(endpoint, kind, value))
      await world.save(credential(endpoint))
      expectItems(await world.store.find(someone, [endpoint]), [credential(endpoint)])
    })
  })
}
