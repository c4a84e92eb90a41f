import type { Credential, StoredItem } from './credential.ts'
import { isCredential, isNote } from './credential.ts'
import type { Hear } from './decision.ts'
import type { Endpoint } from './endpoint.ts'
import { type Answer, accountToRead, isNamed, type Lookup, select } from './selection.ts'
import { asCarried, isLasting } from './stored-view.ts'

/** `find` of one store, for one asker (core/store.ts). */
export type Read = (endpoints: readonly Endpoint[], account?: string) => Promise<readonly StoredItem[]>

/** An answer, and the position of the store that it is from. */
export interface Found {
  readonly answer: Answer
  readonly position: number
}

/**
 * The answer of the first store that has one. Notes in a store also apply to the stores after it. A minted credential
 * and a token answer with what is kept, whether or not that is still good. `hear` receives what each rule left out, `signedOut`
 * a token that has ended, if nothing answers.
 */
export async function findIn(
  stores: readonly Read[],
  lookup: Lookup,
  now: number,
  hear?: Hear,
  signedOut?: (token: StoredItem<Credential>) => void | Promise<void>,
): Promise<Found | undefined> {
  const notes: StoredItem[] = []
  const tokens: StoredItem<Credential>[] = []
  for (const [position, read] of stores.entries()) {
    const early = hear === undefined && isLong(lookup) ? await findAtFirst(read, lookup, now, notes) : undefined
    if (early !== undefined) return { answer: early, position }
    const found = await readFor(read, lookup)
    const hearHere: Hear | undefined = hear && ((step) => hear({ ...step, store: position }))
    const answer = select([...notes, ...found], lookup, now, hearHere)
    if (answer !== undefined) return { answer, position }
    notes.push(...found.filter(isNote))
    if (signedOut !== undefined) tokens.push(...found.filter(isCredential).filter(({ kind }) => kind === 'token'))
  }
  const [ended] = tokens.filter((token) => !isLasting(asCarried(token, lookup), now) && isNamed(token, lookup))
  if (ended !== undefined) await signedOut?.(ended)
  return undefined
}

/** With so many endpoints a second request to the store costs less than the searches at all the others. */
const many = 4

/** Whether the first endpoint is asked alone. Of shared items, notes at the others say which may answer. */
function isLong({ endpoints, sharedOnly }: Lookup): boolean {
  return endpoints.length >= many && sharedOnly !== true
}

/** The answer at the first endpoint, which goes before the others, whatever these have. */
async function findAtFirst(
  read: Read,
  lookup: Lookup,
  now: number,
  notes: readonly StoredItem[],
): Promise<Answer | undefined> {
  const first = { ...lookup, endpoints: lookup.endpoints.slice(0, 1) }
  return select([...notes, ...(await readFor(read, first))], first, now)
}

/** What the lookup may be answered from. */
export function readFor(
  read: Read,
  { endpoints, ...named }: Pick<Lookup, 'endpoints' | 'account' | 'tokenUser'>,
): Promise<readonly StoredItem[]> {
  return read(endpoints, accountToRead(named))
}
