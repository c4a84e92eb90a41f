import type { Asker } from './asker.ts'
import type { Broker } from './broker.ts'
import type { Store } from './store.ts'

/** A store on another machine, whose broker decides what an asker gets. Here nothing is selected, compared or verified. */
export interface FarStore extends Store {
  broker(asker: Asker): Broker
}

export function isFar(store: Store): store is FarStore {
  return 'broker' in store
}
