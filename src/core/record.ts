import type { UnknownMembers } from './credential.ts'
import { Secret } from './secret.ts'

/*
 * The record that holds what does not fit into a bare secret: `credbridge:1:` and one JSON object. The format is a
 * promise: docs/item-layout.md. Members that this version does not know are kept and written again.
 */

/** Every value of ours that is not a bare secret begins so, whichever version wrote it. */
export const family = 'credbridge:'
const prefix = `${family}1:`

export interface Members {
  readonly [name: string]: unknown
}

/** The value that holds these members; those that are `undefined` are left out. */
export function printRecord(members: Members, more?: UnknownMembers): string {
  const others = more === undefined ? {} : objectIn(more.expose())
  return prefix + JSON.stringify({ ...members, ...others })
}

/** The members in a value; `undefined` if this is no record of this version, or one that is damaged. */
export function parseRecord(value: string): Members | undefined {
  return value.startsWith(prefix) ? objectIn(value.slice(prefix.length)) : undefined
}

/** Whether a later version wrote the value: it is no bare secret, and how to read it is not known. */
export function isOfLaterVersion(value: string): boolean {
  return value.startsWith(family) && !value.startsWith(prefix)
}

/** The members that are not among these. */
export function membersBeside(known: readonly string[], members: Members): { readonly more?: UnknownMembers } {
  const others = Object.entries(members).filter(([name]) => !known.includes(name))
  return others.length === 0 ? {} : { more: new Secret(JSON.stringify(Object.fromEntries(others))) }
}

/** Whether each of these members, if it is there, is of this type. */
export function areAll(type: 'string' | 'number' | 'boolean', members: Members, ...names: readonly string[]): boolean {
  return names.every((name) => members[name] === undefined || typeof members[name] === type)
}

export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object in a JSON text; `undefined` for anything else. */
export function objectIn(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
