import type { Broker } from '../core/broker.ts'
import { type Entry, isCredential, isNoteKind, isOurOwn, type Place } from '../core/credential.ts'
import type { EndedUse } from '../core/ended-uses.ts'
import { distinctEndpoints, endpointName, findReadable } from '../core/find-readable.ts'
import type { Store } from '../core/store.ts'
import { isTrial } from '../core/trial.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { openStore } from '../stores/open.ts'
import { byName } from './arguments.ts'
import { type EntryState, entryStates } from './entry-state.ts'
import type { Filter } from './list-filter.ts'
import { type MintedState, mintedStates, stateOf } from './minted-state.ts'
import { type TokenState, tokenStateOf, tokenStates } from './token-state.ts'

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
  /** Present if it is a token. */
  readonly token?: TokenState
}

export interface Listed {
  /** Sorted by endpoint, account and owner. With `own` in the filter: what credbridge keeps for itself, else the others. */
  readonly rows: readonly Row[]
  /** What the filter leaves of what credbridge keeps for itself. */
  readonly own: readonly Entry[]
  /** Every entry, notes included. */
  readonly all: readonly Entry[]
  readonly ended: readonly EndedUse[]
}

/** What the filter leaves of all that the stores keep. */
export async function listed(context: CliContext, broker: Broker, filter: Filter): Promise<Listed> {
  const stores = await storesFor(context, filter.store)
  const kept: { entry: Entry; store: Store }[] = []
  for (const store of stores) {
    const entries = (await store.list(context.asker)).filter((entry) => !isTrial(entry))
    kept.push(...entries.map((entry) => ({ entry, store })))
  }
  const all = kept.map(({ entry }) => entry)
  const near = all.filter(({ endpoint }) => filter.isNear(endpoint))
  const actions = await broker.personActions()
  const ended = await actions.endedUses(near)
  const there = kept.filter(({ entry }) => !isNoteKind(entry.kind) && filter.isAt(entry))
  const meant = there.filter(({ entry }) => isOurOwn(entry) === filter.own)
  const commands = await actions.minted(meant.map(({ entry }) => entry))
  const minted = await mintedStates(context.machine, commands, Date.now())
  const signIns = await actions.tokens(meant.map(({ entry }) => entry))
  const tokens = await tokenStates(context.machine, signIns, Date.now())
  const stateIn = entryStates(all, ended)
  const rows = meant
    .map(({ entry, store }) => {
      const printed = stateOf(entry, minted)
      const state = stateIn({ ...entry, kind: printed?.kind ?? entry.kind })
      return { entry, store, state, printed }
    })
    .filter(({ entry, state }) => filter.isFor(entry, state))
    .sort((a, b) => byName(a.entry, b.entry))
  const { endsWithin } = filter
  const ends = endsWithin === undefined ? undefined : await endsOf(context, stores, rows)
  const shown = rows.flatMap(({ entry, state, store, printed }): readonly Row[] => {
    const expires = ends?.(store, entry)
    if (endsWithin !== undefined && !(expires !== undefined && expires <= Date.now() + endsWithin)) return []
    const row = { entry, state, store: store.name, ...(expires === undefined ? {} : { expires }) }
    const token = tokenStateOf(entry, tokens)
    const origin = { ...(printed === undefined ? {} : { minted: printed }), ...(token === undefined ? {} : { token }) }
    return [{ ...row, ...origin }]
  })
  return { rows: shown, own: there.map(({ entry }) => entry).filter(isOurOwn), all, ended }
}

async function storesFor({ engine, machine }: CliContext, named: string | undefined): Promise<readonly Store[]> {
  const inUse = await engine.stores()
  if (named === undefined) return inUse
  const used = inUse.filter(({ name }) => name === named)
  return used.length > 0 ? used : [await openStore(named, await engine.settings(), machine)]
}

/** When each of the rows ends, read from the stores at once. */
async function endsOf(
  { asker }: CliContext,
  stores: readonly Store[],
  rows: readonly { readonly entry: Entry; readonly store: Store }[],
): Promise<(store: Store, entry: Entry) => number | undefined> {
  const ends = new Map<string, number>()
  const nameOf = (store: Store, { endpoint, account, owner }: Place) =>
    JSON.stringify([stores.indexOf(store), endpointName(endpoint), account, owner])
  for (const store of stores) {
    const endpoints = rows.filter((row) => row.store === store).map(({ entry }) => entry.endpoint)
    const { items } = await findReadable(store, asker, distinctEndpoints(endpoints))
    for (const item of items.filter(isCredential))
      if (item.expires !== undefined) ends.set(nameOf(store, item), item.expires * 1000)
  }
  return (store, entry) => ends.get(nameOf(store, entry))
}
