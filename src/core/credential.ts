import type { Endpoint } from './endpoint.ts'
import type { Secret } from './secret.ts'

/**
 * What a secret is, and so which wires may carry it:
 *
 * - `basic`            a password or token that is sent with a user name
 * - `bearer`           a token that is sent as `Authorization: Bearer …`
 * - `header`           any other value of an Authorization header; `scheme` is the word before it
 * - `docker-identity`  docker's identity token; never leaves docker
 * - `text`             any text of Python's keyring; never leaves Python
 */
export type Kind = 'basic' | 'bearer' | 'header' | 'docker-identity' | 'text'

export const kinds: readonly Kind[] = ['basic', 'bearer', 'header', 'docker-identity', 'text']

/** The tool that saved it; `person` for `credbridge set`; `credbridge` for notes of our own, which no tool is shown. */
export type Owner = string

export const person: Owner = 'person'
export const python: Owner = 'python'
export const ourselves: Owner = 'credbridge'
/** What notes about Python's use of an endpoint belong to: an item of owner `python` is a bare text and cannot be one. */
export const pythonNotes: Owner = 'python-notes'

/** Whom a tool's notes belong to. */
export function noteOwner(tool: Owner): Owner {
  return tool === python ? pythonNotes : tool
}

/** Whose notes these are. */
export function toolOf(owner: Owner): Owner {
  return owner === pythonNotes ? python : owner
}

/** Where a credential lies in a store. One item at most has this place. */
export interface Place {
  readonly endpoint: Endpoint
  /** The user name; the empty one is a value like any other. */
  readonly account: string
  readonly owner: Owner
}

/** What a list shows: everything but the secrets. */
export interface Entry extends Place {
  /** A `Kind`, a `Note`, or the word of a later version for something else. */
  readonly kind: string
  /** When it was last written, in milliseconds since 1970; absent where the store keeps no times. */
  readonly savedAt?: number
  /** How its owner spells the endpoint, as in a credential; only in what a tool lists as its own. */
  readonly spelling?: string
}

export interface Credential extends Place {
  readonly kind: Kind
  readonly secret: Secret
  /** The word before the value in the Authorization header, for `header` and for a `bearer` spelled unusually. */
  readonly scheme?: string
  /** When the secret ends, in seconds since 1970; absent means never. */
  readonly expires?: number
  readonly refreshToken?: Secret
  /** Further secret parts by name, where a tool needs them: a session token, the key of a certificate. */
  readonly parts?: Readonly<Record<string, Secret>>
  /** How its owner spells the endpoint where that is not the usual way; it proves nothing. */
  readonly spelling?: string
  readonly more?: UnknownMembers
}

/**
 * The members of a record that this version does not know, as the text of one JSON object: they go along wherever the
 * record is written anew. They may be secret.
 */
export type UnknownMembers = Secret

/**
 * What credbridge remembers in a store beside credentials:
 *
 * - `ended`    its owner does not use what others saved here, for this account or, with `everyAccount`, at all,
 *              until its next save or a person's;
 * - `default`  owner `credbridge`: `account` is the one meant at this endpoint when no user is named;
 * - `erased`   owner `credbridge`: a credential that was erased, replaced or removed, kept until `until` for
 *              `credbridge restore`;
 * - `shared`   `account` at this endpoint may be listed by the owner as if it had saved it.
 */
export type Note = 'ended' | 'default' | 'erased' | 'shared'

export const notes: readonly Note[] = ['ended', 'default', 'erased', 'shared']

export interface NoteItem extends Place {
  readonly kind: Note
  readonly everyAccount?: boolean
  /** `erased`, `ended`: the end of the time in which it can be restored, in milliseconds since 1970. */
  readonly until?: number
  /** `shared`: how its owner spells the endpoint, as in a credential. */
  readonly spelling?: string
  /** `erased`: what was erased. */
  readonly erased?: Credential
  /** `erased`: a person's command took it, by another credential or by removing it; absent: a tool erased it. */
  readonly taken?: 'replaced' | 'removed'
  readonly more?: UnknownMembers
}

/**
 * An item of a kind that this version does not know, or a record of a later version: it is listed and left alone. Nothing is
 * ever answered with it.
 */
export interface UnknownItem extends Place {
  /** The word in its record; `unknown` where a later version wrote the record, so that it cannot be read. */
  readonly kind: string
  /** The whole value, as the store keeps it. */
  readonly value: Secret
}

/** Anything that a store keeps. */
export type Item = Credential | NoteItem | UnknownItem

/** An item as found, with the time at which the store last saw it written (milliseconds), where it keeps times. */
export type Found<T extends Item = Item> = T & { readonly savedAt?: number }

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

/** What tells one value of an item from another when it is to be removed; a note has nothing of the kind. */
export function secretOf(item: Item): Secret | undefined {
  if (isUnknown(item)) return item.value
  return isCredential(item) ? item.secret : undefined
}

/** Whether anything belongs to the credential beside account, kind and secret that a store must not lose. */
export function hasExtras({ scheme, expires, refreshToken, parts, more }: Credential): boolean {
  return [scheme, expires, refreshToken, parts, more].some((extra) => extra !== undefined)
}

export function samePlace(a: Place, b: Place): boolean {
  return (
    a.owner === b.owner &&
    a.account === b.account &&
    a.endpoint.form === b.endpoint.form &&
    a.endpoint.key === b.endpoint.key
  )
}

/** Equal in everything that is stored: place, kind, secret and what belongs to it. */
export function sameCredential(a: Credential, b: Credential): boolean {
  return samePlace(a, b) && sameValue(a, b) && a.spelling === b.spelling && sameSecret(a.more, b.more)
}

/** Equal in what proves the account, whoever saved it; a spelling, and members that this version does not know, do not count. */
export function sameValue(a: Credential, b: Credential): boolean {
  return (
    a.kind === b.kind &&
    a.secret.equals(b.secret) &&
    a.scheme === b.scheme &&
    a.expires === b.expires &&
    sameSecret(a.refreshToken, b.refreshToken) &&
    sameParts(a.parts, b.parts)
  )
}

/** Equal in what a tool sends, whatever kind each of the two wires calls it. */
export function sameProof(a: Credential, b: Credential): boolean {
  if (a.kind === b.kind) return sameValue(a, b)
  return a.secret.equals(b.secret) && a.expires === b.expires && sameSecret(a.refreshToken, b.refreshToken)
}

/** True once the secret's time has ended; `now` in milliseconds. */
export function hasExpired(credential: Credential, now: number): boolean {
  return credential.expires !== undefined && credential.expires * 1000 <= now
}

function sameSecret(a: Secret | undefined, b: Secret | undefined): boolean {
  return a === undefined ? b === undefined : b !== undefined && a.equals(b)
}

function sameParts(a: Credential['parts'], b: Credential['parts']): boolean {
  if (a === undefined || b === undefined) return a === b
  const [names, others] = [Object.keys(a), Object.keys(b)]
  return names.length === others.length && names.every((name) => Object.hasOwn(b, name) && sameSecret(a[name], b[name]))
}
