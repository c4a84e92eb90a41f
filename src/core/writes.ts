import type { BrokerParts } from './broker-parts.ts'
import type { Credential } from './credential.ts'
import type { PersonActions } from './person-actions.ts'
import { type Removal, removeFor } from './remove.ts'
import { type Restorable, restorableIn } from './restorable.ts'
import { type SaveResult, saveFor } from './save.ts'
import type { Saving } from './saving.ts'

/** All that changes the stores. The broker loads it on first use, because most calls of clients only read. */
export interface Writes {
  /** As `Broker.save`, for a tool's credential. */
  save(credential: Credential, saving: Saving): Promise<SaveResult>
  /** As `Broker.remove`. */
  remove(removal: Removal): Promise<boolean>
  readonly restorable: Restorable
  personActions(): Promise<PersonActions>
}

export function writesOf(reading: Omit<BrokerParts, 'restorable'>, recoverHours: number): Writes {
  const { stores, asker, now } = reading
  const parts: BrokerParts = { ...reading, restorable: restorableIn(stores[0], asker, now, recoverHours) }
  return {
    save: (credential, saving) => saveFor(parts, credential, saving),
    remove: (removal) => removeFor(parts, removal),
    restorable: parts.restorable,
    personActions: async () => (await import('./person-actions.ts')).personActions(parts),
  }
}
