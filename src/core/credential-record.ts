import type { Credential, Kind, Place } from './credential.ts'
import { areAll, isObject, type Members, membersBeside, printRecord } from './record.ts'
import { Secret } from './secret.ts'

/** The known members of a credential's record. */
interface Known {
  readonly secret: string
  readonly scheme?: string
  readonly expires?: number
  readonly refreshToken?: string
  readonly parts?: { readonly [name: string]: string }
  readonly spelling?: string
}

const names = ['kind', 'secret', 'scheme', 'expires', 'refreshToken', 'parts', 'spelling']

/** Encodes a credential as a record, without its place. */
export function printCredential(credential: Credential): string {
  const { kind, secret, scheme, expires, refreshToken, parts, spelling, more } = credential
  const known = {
    secret: secret.expose(),
    scheme,
    expires,
    refreshToken: refreshToken?.expose(),
    parts: parts && mapped(parts, (part) => part.expose()),
    spelling,
  }
  return printRecord({ kind, ...known }, more)
}

/** Decodes a credential; `undefined` if a member is missing or has the wrong type. */
export function credentialIn(members: Members, kind: Kind, place: Place): Credential | undefined {
  if (!isCredential(members)) return undefined
  const { secret, scheme, expires, refreshToken, parts, spelling } = members
  return {
    ...place,
    kind,
    secret: new Secret(secret),
    ...(scheme === undefined ? {} : { scheme }),
    ...(expires === undefined ? {} : { expires }),
    ...(refreshToken === undefined ? {} : { refreshToken: new Secret(refreshToken) }),
    ...(parts === undefined ? {} : { parts: mapped(parts, (part) => new Secret(part)) }),
    ...(spelling === undefined ? {} : { spelling }),
    ...membersBeside(names, members),
  }
}

function isCredential(members: Members): members is Members & Known {
  const { secret, parts } = members
  const fits = areAll('string', members, 'scheme', 'refreshToken', 'spelling') && areAll('number', members, 'expires')
  return fits && typeof secret === 'string' && (parts === undefined || isTexts(parts))
}

function isTexts(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string')
}

function mapped<A, B>(from: { readonly [name: string]: A }, to: (value: A) => B): { readonly [name: string]: B } {
  return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, to(value)]))
}
