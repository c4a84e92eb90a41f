import {
  type Address,
  type Endpoint,
  hostAndPort,
  parseAddress,
  sameEndpoint,
  withParents,
} from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'

/*
 * How docker's clients spell a server (docs/docker.md). A bare `host[:port]` means https, also after `//`. `http://` is
 * a different server. After an explicit scheme the path of the registry's API is ignored. go-containerregistry first
 * asks for a whole repository, which is an endpoint of its own, and then for the host.
 */

const longest = 4096
const hub = parseAddress('https://docker.io')
const hubServer = 'https://index.docker.io/v1/'
const hubHost = 'index.docker.io'

/** The endpoint of a server address. Text that cannot be a server address is `malformed`. */
export function endpointOf(server: string): Address {
  if (server.length > longest) throw malformed(`it is over ${longest} characters`)
  if (/[\s\p{Cc}]/u.test(server)) throw malformed('it contains white space or a control character')
  const schemeEnd = server.indexOf('://')
  const authority = authorityIn(server)
  if (authority.includes('@')) throw malformed('it names a user')
  if (server.startsWith('//')) return parseAddress(`https:${server}`)
  if (schemeEnd < 0) return parseAddress(`https://${server}`)
  const scheme = server.slice(0, schemeEnd).toLowerCase()
  if (scheme !== 'https' && scheme !== 'http') throw malformed('its scheme is neither https nor http')
  const at = parseAddress(server)
  return at.path === 'v1' || at.path === 'v2' ? parseAddress(`${scheme}://${authority}`) : at
}

/** Whether it is the registry that every docker asks unless another one is named. */
export function isHub(at: Address): boolean {
  return at.key === hub.key
}

/**
 * The other endpoints whose sign-in is valid here: the repository's group and the groups above it. The host is not
 * among them, because clients ask for it in a second call.
 */
export function groupsAbove(at: Address): readonly Address[] {
  return withParents(at)
    .slice(1)
    .filter(({ path }) => path !== '')
}

/** Like `endpointOf`, but `undefined` for text that cannot be a server address. */
export function addressIn(server: string): Address | undefined {
  try {
    return endpointOf(server)
  } catch {
    return undefined
  }
}

/** The spelling that docker itself uses for an endpoint. `endpointOf` is its inverse. */
export function serverOf(at: Address): string {
  if (at.key === hub.key) return hubServer
  if (at.scheme !== 'https' || (at.host === hubHost && at.port === undefined)) return at.key
  return at.path === '' ? hostAndPort(at) : `${hostAndPort(at)}/${at.path}`
}

/**
 * The client's spelling, if `list` has to repeat it; empty if it is the usual one. Docker Hub is always listed in the
 * spelling that docker looks for.
 */
export function spellingOf(server: string, at: Endpoint): { readonly spelling?: string } {
  if (at.form !== 'address' || at.key === hub.key || server === serverOf(at) || server.startsWith('//')) return {}
  return isSpellingOf(server, at) ? { spelling: server } : {}
}

/**
 * How podman, skopeo and buildah spell a registry in a list; `undefined` if they ask no helper for the endpoint. They
 * fail on a key with a scheme or an `@` (containers/image, pkg/docker/config, validateKey), and would mistake a part of
 * a registry for all of it.
 */
export function registryOf(at: Endpoint, spelling?: string): string | undefined {
  if (at.form !== 'address' || at.scheme !== 'https' || at.path !== '') return undefined
  return spelling === undefined ? hostAndPort(at) : authorityIn(spelling)
}

/** Whether docker can spell this endpoint. */
export function isServer(at: Endpoint): at is Address {
  return at.form === 'address' && isSpellingOf(serverOf(at), at)
}

function isSpellingOf(server: string, at: Address): boolean {
  const meant = addressIn(server)
  return meant !== undefined && sameEndpoint(meant, at)
}

/** Host and port as they are spelled, with any user name. */
function authorityIn(server: string): string {
  const start = server.indexOf('//')
  const isWritten = start === 0 || server.startsWith('://', start - 1)
  const rest = isWritten ? server.slice(start + 2) : server
  return rest.split('/', 1)[0] ?? ''
}

function malformed(what: string): Failure {
  return new Failure('malformed', `not a usable server address: ${what}`)
}
