import type { Credential, Item, NoteItem } from './credential.ts'
import { hasExtras, isCredential, isUnknown, python } from './credential.ts'
import { printCredential } from './credential-record.ts'
import { Failure } from './failure.ts'
import { keyFromEndpoint } from './item.ts'
import { family, parseRecord, printRecord } from './record.ts'

/* Encodes one item; item.ts has the format, and decodes it. */

/** The stored value. `unsupported` if the owner is `python` and the item is more than a text. */
export function encodeItem(item: Item): string {
  if (isCredential(item)) return encodeCredential(item)
  if (item.owner === python) throw onlyText()
  return isUnknown(item) ? item.value.expose() : encodeNote(item)
}

/** Always a record, even if the bare secret would do. For stores that do not keep every text unchanged. */
export function encodeRecord(item: Item): string {
  if (isCredential(item)) return printCredential(item)
  const value = encodeItem(item)
  const members = parseRecord(value)
  return members === undefined ? value : printRecord(members)
}

/** Equal in everything that is stored, even if the records are spelled differently. */
export function sameStored(a: Item, b: Item): boolean {
  return encodeRecord(a) === encodeRecord(b)
}

function encodeCredential(credential: Credential): string {
  const { owner, endpoint, kind, secret, spelling } = credential
  const bare = secret.expose()
  const isMore = hasExtras(credential) || spelling !== undefined
  if (owner === python) {
    if (kind !== 'text' || isMore || endpoint.form !== 'service') throw onlyText()
    return bare
  }
  return kind === 'basic' && !isMore && !bare.startsWith(family) ? bare : printCredential(credential)
}

function encodeNote({ kind, everyAccount, until, taken, spelling, erased, more }: NoteItem): string {
  const copy = erased && {
    owner: erased.owner,
    endpoint: keyFromEndpoint(erased.endpoint, erased.owner),
    account: erased.account,
    value: encodeCredential(erased),
  }
  const known = { ...(taken === undefined ? {} : { taken }), ...(spelling === undefined ? {} : { spelling }) }
  return printRecord({ kind, everyAccount, until, ...known, ...copy }, more)
}

function onlyText(): Failure {
  return new Failure('unsupported', "an item of Python's keyring is a text under a service name and nothing else")
}
