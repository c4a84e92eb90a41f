import type { Entry } from '../core/credential.ts'
import { asFailure } from '../core/failure.ts'
import { hasResult, isFresh, mintingOf } from '../core/minted.ts'
import { samePlace } from '../core/same.ts'
import type { StoredEntry } from '../core/stored-entries.ts'
import { timeInWords } from '../core/time-words.ts'
import type { Machine } from '../system/machine.ts'

/** What `list` and `doctor` say about a minted credential. */
export interface MintedState {
  readonly entry: Entry
  readonly approved: boolean
  /** The kind of the result; absent where the record cannot be read. */
  readonly kind?: string
  /** Why its command failed within the last minute. */
  readonly failed?: string
  /** The end of the kept result, in milliseconds since 1970; absent without a good one. */
  readonly until?: number
}

/** Loads what a list without minted credentials does not need. */
export async function mintedStates(
  machine: Machine,
  minted: readonly StoredEntry[],
  now: number,
): Promise<readonly MintedState[]> {
  if (minted.length === 0) return []
  const { approvedPath } = await import('../engine/approvals.ts')
  const { failedLately } = await import('../engine/failed-lately.ts')
  return minted.map(({ store, item }) => {
    try {
      const minting = mintingOf(item)
      const failed = failedLately(machine, store, item, now)
      const end = hasResult(item) && isFresh(item, minting, now) ? item.expires : undefined
      return {
        entry: item,
        approved: approvedPath(machine, store, item) !== undefined,
        kind: minting.kind,
        ...(failed === undefined ? {} : { failed }),
        ...(end === undefined ? {} : { until: end * 1000 }),
      }
    } catch (error) {
      return { entry: item, approved: false, failed: asFailure(error).message }
    }
  })
}

export function stateOf(entry: Entry, states: readonly MintedState[]): MintedState | undefined {
  return states.find((state) => samePlace(state.entry, entry))
}

/** For a person, beside the other things that are said of an entry. */
export function mintedText({ approved, failed, until }: MintedState, now: number): string {
  if (!approved) return 'a command prints it, which is not approved on this machine'
  if (failed !== undefined) return 'a command prints it, and has just failed'
  return until === undefined ? 'a command prints it' : `a command prints it; kept until ${timeInWords(until, now)}`
}

export function mintedData({ approved, kind, until }: MintedState): Record<string, unknown> {
  return { approved, kind, until: until === undefined ? undefined : new Date(until).toISOString() }
}
