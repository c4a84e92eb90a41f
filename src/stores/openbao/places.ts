import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { samePlace } from '../../core/same.ts'
import type { Store } from '../../core/store.ts'
import type { StoreContext } from '../store-type.ts'
import { type Connection, connectionOf } from './connection.ts'
import { readAhead } from './read-ahead.ts'
import { openbaoStore } from './store.ts'

/** A store for each place, in the order of reading. The first gets all saves, the others are read only. */
export async function openPlaces(context: StoreContext): Promise<readonly [Store, ...Store[]]> {
  if (context.settings.openbao?.cache === undefined) return placesOf(context)
  const { copying } = await import('./copying.ts')
  return placesOf(context, (...how) => copying(context, ...how))
}

/** The same. `around` is put around the store of each place. */
export function placesOf(
  context: StoreContext,
  around: (store: Store, connection: Connection, place: string) => Store = (store) => store,
): readonly [Store, ...Store[]] {
  const connection = connectionOf(context)
  const { places, writable } = connection.server
  const [first, ...rest] = places
  const nameOf = (place: string) => `openbao:${place}`
  const isNamed = context.parameter !== ''
  const opened = (place: string, name: string) => around(openbaoStore(connection, place, name), connection, place)
  const further = rest.map((place): Store => {
    const store = opened(place, nameOf(place))
    return writable.includes(place) ? store : readOnly(store)
  })
  return readAhead([opened(first, isNamed ? nameOf(first) : 'openbao'), ...further])
}

function readOnly(store: Store): Store {
  const refused = () =>
    new Failure('refused', `${store.name} is read only`, {
      hints: [hint`to change it, add the place to openbao.writable in the settings`],
    })
  return {
    ...store,
    save: async () => {
      throw refused()
    },
    async remove(asker, place) {
      const found = await store.find(asker, [place.endpoint], place.account)
      if (!found.some((item) => samePlace(item, place))) return false
      throw refused()
    },
  }
}
