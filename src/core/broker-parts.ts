import type { WithAliases } from './aliases.ts'
import type { Asker } from './asker.ts'
import type { Restorable } from './restorable.ts'
import type { Lookup } from './selection.ts'
import type { Store } from './store.ts'

/** The parts that the broker's verbs share. */
export interface BrokerParts {
  /** Lookups ask them in this order. Only the first one is written. */
  readonly stores: readonly [Store, ...Store[]]
  readonly asker: Asker
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly withAliases: WithAliases
  readonly restorable: Restorable
  /** Returns the lookup with the user name from the settings, if the wire sends that name. */
  withTokenUser<T extends Pick<Lookup, 'tokenUser'>>(wire: T): T
}
