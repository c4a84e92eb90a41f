import {
  type Credential,
  type Entry,
  hasExpired,
  isKind,
  type Kind,
  type Owner,
  type StoredItem,
} from './credential.ts'
import { renewsItself, userFor } from './grant.ts'

/** What a tool's wire carries, as in a lookup. */
interface Wire {
  readonly tool: Owner
  readonly kinds: readonly Kind[]
  readonly borrowedKinds?: readonly Kind[]
}

/** Whether the wire carries credentials of this owner and kind. */
export function carries({ tool, kinds, borrowedKinds = [] }: Wire, owner: Owner, kind: Kind): boolean {
  return kinds.includes(kind) || (owner !== tool && borrowedKinds.includes(kind))
}

/**
 * How a credential takes part in a lookup: one of kind `minted` as the kind that its command prints, with the kept result
 * as its secret; one of kind `token` as a bearer token, or as a password if the wire carries only that, without what
 * renews it. The secret may be too old. The caller asks for a good one before it answers (core/broker.ts).
 */
export function asCarried(item: StoredItem<Credential>, wire: Wire): StoredItem<Credential> {
  if (item.kind === 'minted') return { ...item, kind: printedKind(item), stored: item }
  if (item.kind !== 'token') return item
  const kind = tokenKinds.find((one) => carries(wire, item.owner, one))
  return kind === undefined ? item : tokenAs(kind, item, userFor(item, wire.tool))
}

/** The kinds that an entry can be an answer as, to one tool or another. Of a minted one only its item can tell. */
export function kindsShown({ kind }: Pick<Entry, 'kind'>): readonly Entry['kind'][] {
  return kind === 'token' ? tokenKinds : [kind]
}

/** In the order of preference: a bearer token needs no user name. */
const tokenKinds = ['bearer', 'basic'] as const

/**
 * The access token alone, as a credential of this kind, with the user name of the tool. What cannot be read of it fails
 * when it is the answer.
 */
export function tokenAs(
  kind: 'bearer' | 'basic',
  item: StoredItem<Credential>,
  user: string | undefined,
): StoredItem<Credential> {
  const { refreshToken: _, parts: __, more: ___, ...rest } = item
  return { ...rest, kind, stored: item, ...(user === undefined ? {} : { user }) }
}

/** The kind of the result, if a command prints it. */
export function printedKind({ kind, parts }: Credential): Kind {
  if (kind !== 'minted') return kind
  const printed = parts?.['kind']?.expose() ?? ''
  return isKind(printed) ? printed : kind
}

/** Whether the credential can be an answer: it has not expired, or a new secret can be had. */
export function isLasting(item: Credential, now: number): boolean {
  const { stored } = item
  if (stored?.kind === 'minted' || (stored !== undefined && renewsItself(stored))) return true
  return !hasExpired(item, now)
}

/** Whether the secret was an answer of this credential: as it is shown in a lookup, or before its last renewal. */
export function hasAnswered({ secret, stored }: Credential, { secret: repeated }: Credential): boolean {
  return secret.equals(repeated) || stored?.parts?.['former']?.equals(repeated) === true
}
