import type { Store } from '../../core/store.ts'
import { agoInWords } from '../../core/time-words.ts'
import type { StoreContext } from '../store-type.ts'
import { countCopies, withCopies } from './copies.ts'

/** With copies on this machine, if the settings want them. */
export function copying({ settings, openStore, machine }: StoreContext, store: Store): Store {
  const { cache } = settings.openbao ?? {}
  if (cache === undefined || openStore === undefined) return store
  let local: Promise<Store> | undefined
  return withCopies(store, {
    lasts: cache.lasts,
    now: Date.now,
    say: machine.say,
    local() {
      local ??= openStore(cache.store)
      return local
    },
  })
}

/** What is kept on this machine for when the server cannot be reached, for a person; empty if that is off. */
export async function copiesOf({ settings, openStore }: StoreContext): Promise<string> {
  const { cache } = settings.openbao ?? {}
  if (cache === undefined || openStore === undefined) return ''
  const { count, oldest } = await countCopies(await openStore(cache.store))
  const age = oldest === undefined ? '' : `, the oldest of ${agoInWords(oldest, Date.now())}`
  return `; ${count} copies in the ${cache.store} store of this machine answer when it cannot be reached${age}`
}
