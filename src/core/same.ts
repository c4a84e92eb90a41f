import type { Credential, Place } from './credential.ts'
import type { Secret } from './secret.ts'

export function samePlace(a: Place, b: Place): boolean {
  return (
    a.owner === b.owner &&
    a.account === b.account &&
    a.endpoint.form === b.endpoint.form &&
    a.endpoint.key === b.endpoint.key
  )
}

/** Equal in everything that is stored. */
export function sameCredential(a: Credential, b: Credential): boolean {
  return samePlace(a, b) && sameValue(a, b) && a.spelling === b.spelling && sameSecret(a.more, b.more)
}

/** Equal in kind, secret and all that belongs to the secret. Place, spelling and unknown members are not compared. */
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

/** Equal secrets, even if the two wires call them different kinds. */
export function sameProof(a: Credential, b: Credential): boolean {
  if (a.kind === b.kind) return sameValue(a, b)
  return a.secret.equals(b.secret) && a.expires === b.expires && sameSecret(a.refreshToken, b.refreshToken)
}

function sameSecret(a: Secret | undefined, b: Secret | undefined): boolean {
  return a === undefined ? b === undefined : b !== undefined && a.equals(b)
}

function sameParts(a: Credential['parts'], b: Credential['parts']): boolean {
  if (a === undefined || b === undefined) return a === b
  const [names, others] = [Object.keys(a), Object.keys(b)]
  return names.length === others.length && names.every((name) => Object.hasOwn(b, name) && sameSecret(a[name], b[name]))
}
