import type { Credential } from '../../core/credential.ts'
import { valueAt, withoutValues, withValues } from '../json-text.ts'
import { entryOf, holdsSecret, proofsIn } from './sign-in.ts'

/*
 * The text of an entry of `auths`, with words in place of what proves the sign-in. It is kept outside of the store, so
 * that the entry can be put back to the byte whatever else has changed in its file.
 */

/** The shape of this text; `undefined` unless filling it gives the very text, and it holds no other secret. */
export function shapeOf(text: string, credential: Credential, user: string): string | undefined {
  const shape = withValues(
    text,
    proofsIn(valueAt(text, [])).map((name) => [[name], `<${name}>`]),
  )
  const holdsMore = holdsSecret(valueAt(leftOf(shape), [])) || namesTwice(text)
  return !holdsMore && filled(shape, credential, user) === text ? shape : undefined
}

/** A parser reads the last of two members with one name, and the other may hold a secret, too. */
function namesTwice(text: string): boolean {
  const names = text.match(/"[^"]*"(?=\s*:)/g) ?? []
  return new Set(names.map((name) => name.toLowerCase())).size < names.length
}

/** The text of this shape with the sign-in; `undefined` if docker would write it with other members. */
export function filled(shape: string, credential: Credential, user: string): string | undefined {
  const members = entryOf(credential, user)
  const names = proofsIn(valueAt(shape, []))
  const values = names.flatMap((name) => members[name] ?? [])
  if (values.length < names.length || names.length < Object.keys(members).length) return undefined
  return withValues(
    shape,
    names.map((name, at) => [[name], values[at]]),
  )
}

/** What is left of this shape once the sign-in is taken out. */
export function leftOf(shape: string): string {
  const names = proofsIn(valueAt(shape, []))
  return withoutValues(
    shape,
    names.map((name) => [name]),
  )
}
