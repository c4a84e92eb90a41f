import type { Credential, Kind, Owner } from '../core/credential.ts'
import { isKind } from '../core/credential.ts'
import { type Endpoint, parseAddress, serviceName } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { isObject, type Members } from '../core/record.ts'
import { Secret } from '../core/secret.ts'
import { longestName, mostEndpoints } from './limits.ts'

/* Reads the members of a message. What has another type than docs/serve.md says is `malformed`, named by the member. */

/** A credential of these kinds never crosses the socket: it has what renews it, or a command. */
const kept: readonly Kind[] = ['token', 'minted']

export function wrong(member: string): Failure {
  return new Failure('malformed', `${member} is not as the protocol of credbridge serve has it`)
}

/** The member, read by `read`; an empty object if the message does not have it. */
export function optional<Name extends string, Value>(
  members: Members,
  name: Name,
  read: (members: Members, name: string) => Value,
): { readonly [one in Name]?: Value } {
  return members[name] === undefined ? {} : ({ [name]: read(members, name) } as { readonly [one in Name]?: Value })
}

export function textIn(members: Members, name: string): string {
  const value = members[name]
  if (typeof value !== 'string' || !value.isWellFormed()) throw wrong(name)
  return value
}

/** A text without NUL, as stores and messages can carry it. */
export function nameIn(members: Members, name: string): string {
  const value = textIn(members, name)
  if (value.length > longestName || value.includes('\0')) throw wrong(name)
  return value
}

export function secretIn(members: Members, name: string): Secret {
  return new Secret(textIn(members, name))
}

export function flagIn(members: Members, name: string): boolean {
  const value = members[name]
  if (typeof value !== 'boolean') throw wrong(name)
  return value
}

export function numberIn(members: Members, name: string): number {
  const value = members[name]
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(name)
  return value
}

/** A kind that may cross the socket. */
export function kindIn(members: Members, name: string): Kind {
  const value = textIn(members, name)
  if (!isKind(value) || kept.includes(value)) throw wrong(name)
  return value
}

/** What a request and an answer say of a credential. */
export function credentialIn(members: Members, owner: Owner): Credential {
  return {
    owner,
    endpoint: endpointIn(members, 'endpoint'),
    account: nameIn(members, 'account'),
    kind: kindIn(members, 'kind'),
    secret: secretIn(members, 'secret'),
    ...optional(members, 'scheme', nameIn),
    ...optional(members, 'expires', numberIn),
    ...optional(members, 'parts', partsIn),
  }
}

/** The kinds that may cross the socket. Others, also those of a later version, are left out. */
export function kindsIn(members: Members, name: string): readonly Kind[] {
  const value = members[name]
  if (!Array.isArray(value) || value.length > mostEndpoints) throw wrong(name)
  return value.filter((one): one is Kind => typeof one === 'string' && isKind(one) && !kept.includes(one))
}

/** An address as a text, or `{"service": "…"}`. It becomes canonical here, whatever its spelling. */
export function endpointIn(members: Members, name: string): Endpoint {
  return endpointOf(members[name], name)
}

export function endpointsIn(members: Members, name: string): readonly Endpoint[] {
  const value = members[name]
  if (!Array.isArray(value) || value.length === 0 || value.length > mostEndpoints) throw wrong(name)
  return value.map((one) => endpointOf(one, name))
}

export function printEndpoint({ form, key }: Endpoint): unknown {
  return form === 'address' ? key : { service: key }
}

/** The name, or `true` for the one from the settings. */
export function tokenUserIn(members: Members, name: string): string | true {
  return members[name] === true ? true : nameIn(members, name)
}

export function partsIn(members: Members, name: string): Readonly<Record<string, Secret>> {
  const value = members[name]
  if (!isObject(value)) throw wrong(name)
  return Object.fromEntries(Object.keys(value).map((part) => [part, secretIn(value, part)]))
}

export function printParts(parts: Readonly<Record<string, Secret>> | undefined): unknown {
  return parts && Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.expose()]))
}

function endpointOf(value: unknown, name: string): Endpoint {
  if (isObject(value)) return serviceName(nameIn(value, 'service'))
  if (typeof value !== 'string' || value.length > longestName || !value.isWellFormed() || value.includes('\0')) {
    throw wrong(name)
  }
  return parseAddress(value)
}
