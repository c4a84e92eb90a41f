import type { Credential } from '../core/credential.ts'
import type { Listing } from '../core/listing.ts'
import { type Members, objectIn } from '../core/record.ts'
import type { Removal } from '../core/remove.ts'
import type { Saving } from '../core/saving.ts'
import type { Lookup } from '../core/selection.ts'
import {
  credentialIn,
  endpointIn,
  endpointsIn,
  flagIn,
  kindsIn,
  nameIn,
  numberIn,
  optional,
  printEndpoint,
  printParts,
  secretIn,
  tokenUserIn,
  wrong,
} from './fields.ts'

/** The version of the protocol, which is in the first line of each side. */
export const version = 1

/** What the store `remote` asks. `undefined` members are absent on the wire. */
export type Request =
  | { readonly do: 'find'; readonly lookup: Lookup }
  | { readonly do: 'save'; readonly credential: Credential; readonly saving: Saving }
  | { readonly do: 'remove'; readonly removal: Removal }
  | { readonly do: 'list'; readonly listing: Listing }

/** A request as it arrives. A verb of a later version is not carried out. */
export type Asked = { readonly id: number; readonly request: Request | undefined }

export function firstLine(): object {
  return { credbridge: version }
}

/** The version in a first line; `malformed` if it is none. */
export function versionIn(line: string): number {
  const members = objectIn(line)
  if (members === undefined) throw wrong('the first line')
  return numberIn(members, 'credbridge')
}

export function printRequest(id: number, request: Request): object {
  switch (request.do) {
    case 'find': {
      const { lookup } = request
      const { endpoints, refresh: _, ...wire } = lookup
      return { id, do: 'find', ...wire, endpoints: endpoints.map(printEndpoint) }
    }
    case 'save': {
      const { credential, saving } = request
      const {
        owner: tool,
        endpoint,
        account,
        kind,
        secret,
        scheme,
        expires,
        refreshToken,
        parts,
        spelling,
      } = credential
      const { borrows, asOwn: _, ...flags } = saving
      const { endpoints, ...wire } = borrows ?? {}
      return {
        id,
        do: 'save',
        tool,
        endpoint: printEndpoint(endpoint),
        account,
        kind,
        secret: secret.expose(),
        scheme,
        expires,
        refreshToken: refreshToken?.expose(),
        parts: printParts(parts),
        spelling,
        ...flags,
        borrows: borrows && { ...wire, endpoints: endpoints?.map(printEndpoint) },
      }
    }
    case 'remove': {
      const { endpoint, borrowedAt, secret, ...removal } = request.removal
      const at = borrowedAt === undefined || borrowedAt.length === 0 ? undefined : borrowedAt.map(printEndpoint)
      return {
        id,
        do: 'remove',
        ...removal,
        endpoint: printEndpoint(endpoint),
        borrowedAt: at,
        secret: secret?.expose(),
      }
    }
    case 'list':
      return { id, do: 'list', ...request.listing }
    default:
      return request satisfies never
  }
}

/** Reads a request. Unknown members are ignored. Anything else that is not as promised: `malformed`. */
export function parseRequest(line: string): Asked {
  const members = objectIn(line)
  if (members === undefined) throw wrong('a request')
  const id = numberIn(members, 'id')
  return { id, request: requestIn(members) }
}

function requestIn(members: Members): Request | undefined {
  switch (members['do']) {
    case 'find':
      return { do: 'find', lookup: lookupIn(members) }
    case 'save':
      return { do: 'save', credential: savedIn(members), saving: savingIn(members) }
    case 'remove':
      return { do: 'remove', removal: removalIn(members) }
    case 'list':
      return { do: 'list', listing: listingIn(members) }
    default:
      return undefined
  }
}

function lookupIn(members: Members): Lookup {
  return {
    tool: nameIn(members, 'tool'),
    kinds: kindsIn(members, 'kinds'),
    endpoints: endpointsIn(members, 'endpoints'),
    ...optional(members, 'borrowedKinds', kindsIn),
    ...optional(members, 'account', nameIn),
    ...optional(members, 'tokenUser', tokenUserIn),
    ...optional(members, 'oneAccount', flagIn),
    ...optional(members, 'anyAccount', flagIn),
    ...optional(members, 'sharedOnly', flagIn),
  }
}

/** A save has more than an answer: what renews the credential, and how the tool spells its endpoint. */
function savedIn(members: Members): Credential {
  return {
    ...credentialIn(members, nameIn(members, 'tool')),
    ...optional(members, 'refreshToken', secretIn),
    ...optional(members, 'spelling', nameIn),
  }
}

function savingIn(members: Members): Saving {
  return {
    ...optional(members, 'borrows', borrowsIn),
    ...optional(members, 'repeats', flagIn),
    ...optional(members, 'lists', flagIn),
    ...optional(members, 'oneAccount', flagIn),
  }
}

function borrowsIn(members: Members, name: string): NonNullable<Saving['borrows']> {
  const borrows = members[name]
  if (typeof borrows !== 'object' || borrows === null) throw wrong(name)
  const inner = borrows as Members
  return {
    ...optional(inner, 'kinds', kindsIn),
    ...optional(inner, 'borrowedKinds', kindsIn),
    ...optional(inner, 'endpoints', endpointsIn),
    ...optional(inner, 'tokenUser', tokenUserIn),
  }
}

function removalIn(members: Members): Removal {
  return {
    tool: nameIn(members, 'tool'),
    kinds: kindsIn(members, 'kinds'),
    endpoint: endpointIn(members, 'endpoint'),
    ...optional(members, 'borrowedKinds', kindsIn),
    ...optional(members, 'borrowedAt', endpointsIn),
    ...optional(members, 'account', nameIn),
    ...optional(members, 'tokenUser', tokenUserIn),
    ...optional(members, 'sharedOnly', flagIn),
    ...optional(members, 'secret', secretIn),
    ...optional(members, 'recoverable', flagIn),
  }
}

function listingIn(members: Members): Listing {
  return {
    tool: nameIn(members, 'tool'),
    kinds: kindsIn(members, 'kinds'),
    ...optional(members, 'oneAccount', flagIn),
  }
}
