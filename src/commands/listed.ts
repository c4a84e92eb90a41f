import type { Broker } from '../core/broker.ts'
import { type Entry, isCredential, isNoteKind, samePlace } from '../core/credential.ts'
import type { EndedUse } from '../core/ended-uses.ts'
import type { Store } from '../core/store.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { openStore } from '../stores/choose.ts'
import { byName } from './arguments.ts'
import { type EntryState, entryStates } from './entry-state.ts'
import type { Filter } from './list-filter.ts'
import { type MintedState, mintedStates, stateOf } from './minted-state.ts'

/** One credential as `list` shows it. */
export interface Row {
  readonly entry: Entry
  readonly state: EntryState
  /** The store that keeps it. */
  readonly store: string
  /** When it ends, in milliseconds since 1970; absent: it does not, or nobody asked. */
  readonly expires?: number
  /** Present if a command prints it. */
  readonly minted?: MintedState
}

export interface Listed {
  /** Sorted by endpoint, account and owner. */
  readonly rows: readonly Row[]
  /** Every entry, notes included. */
  readonly all: readonly Entry[]
  readonly ended: readonly EndedUse[]
}

/** What the filter leaves of all that the stores keep. No store is opened, except to look at the expiry. */
export async function listed(context: CliContext, broker: Broker, filter: Filter): Promise<Listed> {
  const stores = await storesFor(context, filter.store)
  const kept: { entry: Entry; store: Store }[] = []
  for (const store of stores) kept.push(...(await store.list(context.asker)).map((entry) => ({ entry, store })))
  const all = kept.map(({ entry }) => entry)
  const near = all.filter(({ endpoint }) => filter.isNear(endpoint))
  const actions = await broker.personActions()
  const ended = await actions.endedUses(near)
  const meant = kept.filter(({ entry }) => !isNoteKind(entry.kind) && filter.isAt(entry))
  const commands = await actions.minted(meant.map(({ entry }) => entry))
  const minted = await mintedStates(context.machine, commands, Date.now())
  const stateIn = entryStates(all, ended)
  const rows = meant
    .map(({ entry, store }) => {
      const printed = stateOf(entry, minted)
      const state = stateIn({ ...entry, kind: printed?.kind ?? entry.kind })
      return { entry, store, state, printed }
    })
    .filter(({ entry, state }) => filter.isFor(entry, state))
    .sort((a, b) => byName(a.entry, b.entry))
  const shown: Row[] = []
  for (const { entry, state, store, printed } of rows) {
    const expires = filter.endsWithin === undefined ? undefined : await expiryOf(context, store, entry)
    if (filter.endsWithin !== undefined && !(expires !== undefined && expires <= Date.now() + filter.endsWithin))
      continue
    shown.push({
      entry,
      state,
      store: store.name,
      ...(expires === undefined ? {} : { expires }),
      ...(printed === undefined ? {} : { minted: printed }),
    })
  }
  return { rows: shown, all, ended }
}

async function storesFor({ engine, machine }: CliContext, named: string | undefined): Promise<readonly Store[]> {
  const inUse = await engine.stores()
  if (named === undefined) return inUse
  const used = inUse.filter(({ name }) => name === named)
  return used.length > 0 ? used : [await openStore(named, await engine.settings(), machine)]
}

async function expiryOf({ asker }: CliContext, store: Store, entry: Entry): Promise<number | undefined> {
  const items = await store.find(asker, [entry.endpoint], entry.account)
  const item = items.find((one) => samePlace(one, entry))
  return item === undefined || !isCredential(item) || item.expires === undefined ? undefined : item.expires * 1000
}
