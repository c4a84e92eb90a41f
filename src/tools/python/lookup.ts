import { type Credential, type Kind, python } from '../../core/credential.ts'
import {
  type Address,
  type Endpoint,
  hostAndPort,
  parseAddress,
  serviceName,
  withParents,
} from '../../core/endpoint.ts'
import { isFailure } from '../../core/failure.ts'
import type { Removal } from '../../core/remove.ts'
import type { Saving } from '../../core/saving.ts'
import type { Secret } from '../../core/secret.ts'
import type { Lookup } from '../../core/selection.ts'

/*
 * Which items answer for a service of Python's keyring. pip asks for the index with a slash at its end, then for the
 * bare host; uv for the index or the file itself, then for the host; twine for the upload address. One login at an
 * index answers them all, and so do items that git or docker saved for that origin. A bare host is an opaque name: pip
 * also asks for it before it uses http, and would send the answer unencrypted.
 */

const kinds: readonly Kind[] = ['text', 'basic']

/** The lookup for a service. Without an account any one answers: keyring's contract is any of them, or none. */
export function lookupOf(service: string, account: string | undefined): Lookup {
  return { tool: python, ...answersFor(service), anyAccount: true, ...(account === undefined ? {} : { account }) }
}

/** How a save recognises a value that a lookup for the service has just returned. */
export function savingOf(service: string): Saving {
  return { borrows: answersFor(service) }
}

function answersFor(service: string): Pick<Lookup, 'kinds' | 'endpoints'> {
  return { kinds, endpoints: [serviceName(service), ...widened(service)] }
}

/** The item that a save writes: exactly the one of Python's own backend. */
export function itemOf(service: string, account: string, secret: Secret): Credential {
  return { endpoint: serviceName(service), account, owner: python, kind: 'text', secret }
}

/**
 * After this removal no lookup for the service and account finds anything: our item is removed, and others' use ends.
 */
export function removalOf(service: string, account: string): Removal {
  return { tool: python, kinds, endpoint: serviceName(service), borrowedAt: widened(service), account }
}

/**
 * Further endpoints for reading: only for http and https, only at the same origin, never if the service itself names a
 * user. Python's items first, from the longest path to the origin and the bare host, then addresses.
 */
function widened(service: string): readonly Endpoint[] {
  const at = webAddress(service)
  if (at === undefined) return []
  const addresses = withParents(at)
  const names = [service, ...addresses.map(({ key }) => key)].flatMap((name) => [name, toggledSlash(name)])
  const hosts = at.scheme === 'https' ? [hostAndPort(at), authorityIn(service)] : []
  const services = [...new Set([...names, ...hosts])].filter((name) => name !== service)
  return [...services.map(serviceName), ...addresses]
}

function webAddress(service: string): Address | undefined {
  const scheme = service.slice(0, service.indexOf('://')).toLowerCase()
  if (!service.includes('://') || !['https', 'http'].includes(scheme)) return undefined
  if (authorityIn(service).includes('@')) return undefined
  try {
    return parseAddress(service)
  } catch (error) {
    if (isFailure(error)) return undefined
    throw error
  }
}

function authorityIn(url: string): string {
  const rest = url.slice(url.indexOf('://') + 3)
  const ends = ['/', '?', '#'].map((end) => rest.indexOf(end)).filter((at) => at >= 0)
  return rest.slice(0, Math.min(rest.length, ...ends))
}

function toggledSlash(name: string): string {
  return name.endsWith('/') ? name.slice(0, -1) : `${name}/`
}
