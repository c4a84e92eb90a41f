import type { Store } from '../core/store.ts'

interface Opened {
  readonly stores: readonly { readonly traits: Pick<Store['traits'], 'lasts'> }[]
}

/** How long, in milliseconds: a change of the settings is seen by a program that runs for weeks. */
const shareFor = 1000

/**
 * Calls at once and shortly after each other have the same stores, and with them one connection. What a store in memory
 * keeps is there until the process ends.
 */
export function shared<T extends Opened>(open: () => Promise<T>, now: () => number): () => Promise<T> {
  let opening: Promise<T> | undefined
  let until = 0

  async function anew(): Promise<T> {
    until = now() + shareFor
    try {
      const opened = await open()
      if (opened.stores[0]?.traits.lasts === 'process') until = Number.POSITIVE_INFINITY
      return opened
    } catch (error) {
      opening = undefined
      throw error
    }
  }

  return () => {
    if (opening === undefined || now() >= until) opening = anew()
    return opening
  }
}
