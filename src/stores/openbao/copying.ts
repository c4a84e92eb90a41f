import { createHash } from 'node:crypto'
import { Failure } from '../../core/failure.ts'
import type { Store } from '../../core/store.ts'
import { agoInWords } from '../../core/time-words.ts'
import type { StoreContext } from '../store-type.ts'
import type { Connection } from './connection.ts'
import { countCopies, withCopies } from './copies.ts'
import { knownFolderOf } from './me.ts'

/** With copies on this machine, if the settings want them. */
export function copying(
  { settings, openStore, machine }: StoreContext,
  store: Store,
  connection: Connection,
  place: string,
): Store {
  const { cache } = settings.openbao ?? {}
  if (cache === undefined || openStore === undefined) return store
  let local: Promise<Store> | undefined
  return withCopies(store, {
    from: async () => sourceOf(connection, place),
    lasts: cache.lasts,
    now: Date.now,
    say: machine.say,
    local() {
      local ??= openStore(cache.store)
      return local
    },
  })
}

/** The server and the folder, as the token that is used now has it. The server is not asked. */
async function sourceOf(connection: Connection, place: string): Promise<string> {
  const { address, namespace, mount } = connection.server
  const folder = await knownFolderOf(connection, place)
  if (folder === undefined) throw new Failure('unavailable', `the folder ${place} is not known`)
  return createHash('sha256')
    .update(JSON.stringify([address, namespace, mount, folder]))
    .digest('base64url')
}

/** What is kept on this machine for when the server cannot be reached, for a person; empty if that is off. */
export async function copiesOf({ settings, openStore }: StoreContext): Promise<string> {
  const { cache } = settings.openbao ?? {}
  if (cache === undefined || openStore === undefined) return ''
  const { count, oldest } = await countCopies(await openStore(cache.store))
  const age = oldest === undefined ? '' : `, the oldest of ${agoInWords(oldest, Date.now())}`
  return `; copies answer when it cannot be reached: ${count} in the ${cache.store} store of this machine${age}`
}
