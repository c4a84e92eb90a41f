import type { WithAliases } from './aliases.ts'
import type { Asker } from './asker.ts'
import type { Restorable } from './restorable.ts'
import type { Lookup } from './selection.ts'
import type { Store } from './store.ts'

/** What the broker's verbs work with. */
export interface BrokerParts {
  /** Asked in this order; what is saved goes to the first only. */
  readonly stores: readonly [Store, ...Store[]]
  readonly asker: Asker
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly withAliases: WithAliases
  readonly restorable: Restorable
  /** The same with the user name from the settings, where the wire sends that. */
  withTokenUser<T extends Pick<Lookup, 'tokenUser'>>(wire: T): T
}
