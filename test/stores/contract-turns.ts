import { describe, expect, test } from 'vitest'
import { isCredential } from '../../src/core/credential.ts'
import { samePlace } from '../../src/core/same.ts'
import { Secret } from '../../src/core/secret.ts'
import { someone } from '../asker.ts'
import { credential, expectItems, type Open, openWorld } from './contract-world.ts'

/** Saves on a condition, and work that nobody else does meanwhile. */
export function turnsContract(open: Open): void {
  describe('conditions and turns', () => {
    test('a save on the condition that nothing is there', async () => {
      const world = await openWorld(open)
      const item = credential(world.address())
      await world.save(item)
      expect(await world.store.save(someone, item, { replaces: undefined })).toBe(false)
      await world.store.remove(someone, item)
      expect(await world.store.save(someone, item, { replaces: undefined })).toBe(true)
      expectItems(await world.store.find(someone, [item.endpoint]), [item])
    })

    test('a save on the condition that what was read is still there', async () => {
      const world = await openWorld(open)
      const [first, second, third] = ['1', '2', '3'].map((text) =>
        credential(world.address(), { secret: new Secret(text) }),
      )
      if (first === undefined || second === undefined || third === undefined) return expect.unreachable()
      expect(await world.store.save(someone, second, { replaces: first })).toBe(false)
      await world.save(first)
      const [read] = await world.store.find(someone, [first.endpoint])
      expect(await world.store.save(someone, second, { replaces: read })).toBe(true)
      expect(await world.store.save(someone, third, { replaces: read })).toBe(false)
      expectItems(await world.store.find(someone, [first.endpoint]), [second])
    })

    test('of several conditional saves at once, one succeeds', async () => {
      const world = await openWorld(open)
      const other = await open()
      const before = credential(world.address(), { secret: new Secret('before') })
      await world.save(before)
      const results = await Promise.all(
        ['a', 'b', 'c', 'd'].map((text, index) =>
          (index % 2 === 0 ? world.store : other).save(
            someone,
            { ...before, secret: new Secret(text) },
            { replaces: before },
          ),
        ),
      )
      expect(results.filter(Boolean)).toHaveLength(1)
      const [kept] = (await world.store.find(someone, [before.endpoint])).filter(isCredential)
      expect(['a', 'b', 'c', 'd'][results.indexOf(true)]).toBe(kept?.secret.expose())
    })

    test('work for one place goes on alone, for two places at once', async () => {
      const world = await openWorld(open)
      const other = await open()
      const [here, there] = [credential(world.address('/here')), credential(world.address('/there'))]
      const steps: string[] = []
      let release = () => {}
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      const first = world.store.alone(someone, here, async () => {
        steps.push('first begins')
        await held
        steps.push('first ends')
      })
      await expect.poll(() => steps).toEqual(['first begins'])
      const second = other.alone(someone, here, async () => void steps.push('second'))
      await other.alone(someone, there, async () => void steps.push('elsewhere'))
      release()
      await Promise.all([first, second])
      expect(steps).toEqual(['first begins', 'elsewhere', 'first ends', 'second'])
    })

    test('work that fails gives the turn on, and what it throws', async () => {
      const world = await openWorld(open)
      const item = credential(world.address())
      const failing = world.store.alone(someone, item, async () => Promise.reject(new Error('from the work')))
      await expect(failing).rejects.toThrow('from the work')
      expect(await world.store.alone(someone, item, async () => 'next')).toBe('next')
    })

    test('work may read and save at its own place', async () => {
      const world = await openWorld(open)
      const item = credential(world.address())
      await world.save(item)
      const renewed = { ...item, secret: new Secret('renewed') }
      const saved = await world.store.alone(someone, item, async () => {
        const here = await world.store.find(someone, [item.endpoint])
        return world.store.save(someone, renewed, { replaces: here.find((one) => samePlace(one, item)) })
      })
      expect(saved).toBe(true)
      expectItems(await world.store.find(someone, [item.endpoint]), [renewed])
    })
  })
}
