import type { Endpoint } from './endpoint.ts'
import type { Secret } from './secret.ts'

/**
 * What the secret is. It decides which wires may carry it:
 *
 * - `basic`               a password or token, sent with a user name
 * - `bearer`              a token, sent as `Authorization: Bearer …`
 * - `header`              any other value of an Authorization header; `scheme` is the word before it
 * - `docker-identity`     docker's identity token; never leaves docker
 * - `text`                any text of Python's keyring; never leaves Python
 * - `client-certificate`  a certificate and its private key (core/client-certificate.ts)
 * - `cloud-keys`          an access key of a cloud, with its session token if it is temporary (core/cloud-keys.ts)
 * - `token`               an access token and what renews it (core/token.ts)
 * - `minted`              a command that prints the secret, and its last result (core/minted.ts)
 */
export type Kind =
  | 'basic'
  | 'bearer'
  | 'header'
  | 'docker-identity'
  | 'text'
  | 'client-certificate'
  | 'cloud-keys'
  | 'token'
  | 'minted'

export const kinds: readonly Kind[] = [
  'basic',
  'bearer',
  'header',
  'docker-identity',
  'text',
  'client-certificate',
  'cloud-keys',
  'token',
  'minted',
]

/**
 * The tool that saved the item; `person` for `credbridge set`; `credbridge` for its own notes, hidden from all tools.
 */
export type Owner = string

export const person: Owner = 'person'
export const python: Owner = 'python'
export const ourselves: Owner = 'credbridge'
/** The owner of notes about Python. An item of owner `python` is a bare text, so it cannot be a note. */
export const pythonNotes: Owner = 'python-notes'

/**
 * The owner of what Git Credential Manager and git-credential-wincred keep in Windows' Credential Manager. Others borrow
 * it; it is never written.
 */
export const gitManager: Owner = 'gcm'

/** The owner of the notes about a tool. */
export function noteOwner(tool: Owner): Owner {
  return tool === python ? pythonNotes : tool
}

/** The tool that notes of this owner are about. */
export function toolOf(owner: Owner): Owner {
  return owner === pythonNotes ? python : owner
}

/** Identifies an item in a store. Each place holds at most one item. */
export interface Place {
  readonly endpoint: Endpoint
  /** The user name; the empty one is a value like any other. */
  readonly account: string
  readonly owner: Owner
}

/** An item without its secrets, for lists. */
export interface Entry extends Place {
  /** A `Kind`, a `Note`, or a word that a later version wrote. */
  readonly kind: string
  /** Time of the last write, in milliseconds since 1970; absent if the store keeps no times. */
  readonly savedAt?: number
  /** As in `Credential`. Set only in the entries that a tool lists as its own. */
  readonly spelling?: string
}

export interface Credential extends Place {
  readonly kind: Kind
  readonly secret: Secret
  /** The word before the value in the Authorization header, for `header`, and for `bearer` if it is not `Bearer`. */
  readonly scheme?: string
  /** When the secret expires, in seconds since 1970; absent: never. */
  readonly expires?: number
  readonly refreshToken?: Secret
  /** Further secrets by name, if a tool needs them: a session token, the key of a certificate. */
  readonly parts?: Readonly<Record<string, Secret>>
  /** The owner's spelling of the endpoint, if it is not the canonical one. Never used to match. */
  readonly spelling?: string
  readonly more?: UnknownMembers
  /** The stored credential of kind `minted` or `token` that this one shows as a tool gets it (core/stored-view.ts). */
  readonly stored?: Credential
  /** The user name that a wire sends with a token's secret, if it is not the account. Never stored. */
  readonly user?: string
}

/**
 * The members of a record that this version does not know, as the text of one JSON object. They are kept when the
 * record is written again. They may be secret.
 */
export type UnknownMembers = Secret

/**
 * What credbridge remembers in a store beside credentials:
 *
 * - `ended`    the owner does not use others' items at this endpoint and account (with `everyAccount`: at any account)
 *              until its next save or a person's;
 * - `default`  owner `credbridge`: `account` answers at this endpoint when no user is named;
 * - `erased`   owner `credbridge`: a credential that was erased, replaced or removed, kept until `until` for
 *              `credbridge restore`;
 * - `shared`   the owner may list `account` at this endpoint as if it had saved it.
 */
export type Note = 'ended' | 'default' | 'erased' | 'shared'

export const notes: readonly Note[] = ['ended', 'default', 'erased', 'shared']

export interface NoteItem extends Place {
  readonly kind: Note
  readonly everyAccount?: boolean
  /** `erased`, `ended`: until when it can be restored, in milliseconds since 1970. */
  readonly until?: number
  /** `shared`: the owner's spelling of the endpoint, as in `Credential`. */
  readonly spelling?: string
  /** `erased`: the copy. */
  readonly erased?: Credential
  /** `erased`: a person's command replaced or removed the credential; absent: a tool erased it. */
  readonly taken?: 'replaced' | 'removed'
  readonly more?: UnknownMembers
}

/**
 * An item of a kind that this version does not know, or a record of a later version. It is listed and never changed.
 * It never answers a lookup.
 */
export interface UnknownItem extends Place {
  /** The kind in its record; `unknown` if a later version wrote the record, which is then unreadable. */
  readonly kind: string
  /** The whole stored value. */
  readonly value: Secret
}

/** Anything that a store keeps. */
export type Item = Credential | NoteItem | UnknownItem

/** An item with the time of its last write, in milliseconds since 1970; absent if the store keeps no times. */
export type StoredItem<T extends Item = Item> = T & { readonly savedAt?: number }

export function isCredential<T extends Item>(item: T): item is T & Credential {
  return !isUnknown(item) && isKind(item.kind)
}

export function isNote<T extends Item>(item: T): item is T & NoteItem {
  return !isUnknown(item) && isNoteKind(item.kind)
}

export function isUnknown<T extends Item>(item: T): item is T & UnknownItem {
  return 'value' in item
}

export function isKind(word: string): word is Kind {
  return (kinds as readonly string[]).includes(word)
}

export function isNoteKind(word: string): word is Note {
  return (notes as readonly string[]).includes(word)
}

/** Whether the item is of this account. If none is named, every item is. */
export function isOfAccount(account: string | undefined, item: Pick<Entry, 'account'>): boolean {
  return account === undefined || item.account === account
}

/**
 * Whether a store's `find` with this account returns the item. Notes are about others' accounts, too, and a request may name
 * the user name that goes with a token, which is not its account.
 */
export function isFoundFor(account: string | undefined, item: Pick<Entry, 'account' | 'kind'>): boolean {
  return isOfAccount(account, item) || item.kind === 'token' || isNoteKind(item.kind)
}

/** Whether credbridge keeps it for itself, such as the backup of an import: no credential of a person or a tool. */
export function isOurOwn({ owner, kind }: { readonly owner: Owner; readonly kind: string }): boolean {
  return owner === ourselves && !isNoteKind(kind)
}

/** The secret to compare when an item is removed only if it is unchanged. A note has none. */
export function secretOf(item: Item): Secret | undefined {
  if (isUnknown(item)) return item.value
  return isCredential(item) ? item.secret : undefined
}

/** Whether the credential has more than account, kind and secret, so that a store must keep a record. */
export function hasExtras({ scheme, expires, refreshToken, parts, more }: Credential): boolean {
  return [scheme, expires, refreshToken, parts, more].some((extra) => extra !== undefined)
}

/** Whether the secret has expired; `now` in milliseconds since 1970. */
export function hasExpired(credential: Credential, now: number): boolean {
  return credential.expires !== undefined && credential.expires * 1000 <= now
}
