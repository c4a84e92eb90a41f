import { afterAll, describe, expect, type RunnerTask as Task, test } from 'vitest'
import { someone } from '../asker.ts'
import type { Suite } from '../real/require.ts'
import { listContract } from './contract-list.ts'
import { manyContract } from './contract-many.ts'
import { placesContract } from './contract-places.ts'
import { turnsContract } from './contract-turns.ts'
import { unknownContract } from './contract-unknown.ts'
import { difficult, valuesContract } from './contract-values.ts'
import { mark, type Open } from './contract-world.ts'

function isRetried(task: Readonly<Task>): boolean {
  return (task.result?.retryCount ?? 0) > 0 || ('tasks' in task && task.tasks.some(isRetried))
}

/**
 * What every store promises (src/core/store.ts), tried on a real one. What the store declares in its traits that it
 * cannot do must be answered `unsupported`, with everything that was there before still there.
 *
 * Names are random and what was kept is removed, so that it may run on a person's own keychain.
 */
export function storeContract(
  name: string,
  open: Open,
  suite: Suite = (title, body) => void describe(title, body),
  texts: readonly string[] = difficult,
) {
  suite(`the contract of a store, kept by ${name}`, () => {
    valuesContract(open, texts)
    placesContract(open)
    manyContract(open)
    turnsContract(open)
    listContract(open)
    unknownContract(open)

    test('declares a name, and traits that make sense', async () => {
      const { name, traits } = await open()
      expect(name).toMatch(/^[a-z][a-z-]*(:[A-Za-z0-9][A-Za-z0-9._-]*)?$/)
      expect(traits.largest ?? 1).toBeGreaterThan(0)
    })

    // biome-ignore lint/correctness/noEmptyPattern: vitest reads the parameters and wants them so.
    afterAll(async ({}, tried) => {
      const store = await open()
      // The first of two attempts ends where it fails, and may leave what it kept.
      if (!store.traits.list || isRetried(tried)) return
      const left = (await store.list(someone)).filter(({ endpoint }) => endpoint.key.includes(mark))
      expect(left).toEqual([])
    })
  })
}
