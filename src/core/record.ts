import type { UnknownMembers } from './credential.ts'
import { Secret } from './secret.ts'

/*
 * A record stores an item that is more than a bare secret: `credbridge:1:` and one JSON object. The format is a
 * promise: docs/item-layout.md. Unknown members are kept when a record is written again.
 */

/** The prefix of every record of every version. */
export const family = 'credbridge:'
const prefix = `${family}1:`

export interface Members {
  readonly [name: string]: unknown
}

/** Encodes the members as a record. `undefined` members are left out. */
export function printRecord(members: Members, more?: UnknownMembers): string {
  const others = more === undefined ? {} : objectIn(more.expose())
  return prefix + JSON.stringify({ ...members, ...others })
}

/** Decodes a record; `undefined` if the value is not a record of this version or is damaged. */
export function parseRecord(value: string): Members | undefined {
  return value.startsWith(prefix) ? objectIn(value.slice(prefix.length)) : undefined
}

/** Whether the value is a record of a later version, which this version cannot read. */
export function isOfLaterVersion(value: string): boolean {
  return value.startsWith(family) && !value.startsWith(prefix)
}

/** The members that are not in `known`, for `Credential.more` and `NoteItem.more`. */
export function membersBeside(known: readonly string[], members: Members): { readonly more?: UnknownMembers } {
  const others = Object.entries(members).filter(([name]) => !known.includes(name))
  return others.length === 0 ? {} : { more: new Secret(JSON.stringify(Object.fromEntries(others))) }
}

/** Whether each of these members is absent or has this type. */
export function areAll(type: 'string' | 'number' | 'boolean', members: Members, ...names: readonly string[]): boolean {
  return names.every((name) => members[name] === undefined || typeof members[name] === type)
}

export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object in a JSON text; `undefined` for anything else. */
export function objectIn(text: string): Members | undefined {
  const value = valueIn(text)
  return isObject(value) ? value : undefined
}

/** The list of objects in a JSON text; `undefined` for anything else. */
export function objectsIn(text: string): readonly Members[] | undefined {
  const value = valueIn(text)
  return Array.isArray(value) && value.every(isObject) ? value : undefined
}

function valueIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
