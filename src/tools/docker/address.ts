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
 * How docker's clients spell a server (docs/docker.md): a bare `host[:port]` means https, also behind `//`, `http://` stays
 * apart, and the path of the registry's interface behind an explicit scheme says nothing. What
 * go-containerregistry asks for first, a whole repository, is a place of its own: not found, it then asks for the host.
 */

const longest = 4096
const hub = parseAddress('https://docker.io')
const hubServer = 'https://index.docker.io/v1/'
const hubHost = 'index.docker.io'

/** The endpoint that a server address means. Anything that can be no server is `malformed`. */
export function endpointOf(server: string): Address {
  if (server.length > longest) throw malformed(`it is over ${longest} characters`)
  if (/[\s\p{Cc}]/u.test(server)) throw malformed('it has a line break or another character that no address has')
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

/**
 * Where else a sign-in for this may be: for the group of a repository, or for a group above that. Never for the host, for
 * which clients ask by themselves.
 */
export function groupsAbove(at: Address): readonly Address[] {
  return withParents(at)
    .slice(1)
    .filter(({ path }) => path !== '')
}

/** The same; `undefined` for what can be no server. */
export function addressIn(server: string): Address | undefined {
  try {
    return endpointOf(server)
  } catch {
    return undefined
  }
}

/** The spelling under which docker itself keeps an endpoint; `endpointOf` gives the endpoint back. */
export function serverOf(at: Address): string {
  if (at.key === hub.key) return hubServer
  if (at.scheme !== 'https' || (at.host === hubHost && at.port === undefined)) return at.key
  return at.path === '' ? hostAndPort(at) : `${hostAndPort(at)}/${at.path}`
}

/**
 * The spelling that a client used, for a list that is to show it again; nothing where it is the usual one. Docker Hub is
 * always spelled as docker looks for it.
 */
export function spellingOf(server: string, at: Endpoint): { readonly spelling?: string } {
  if (at.form !== 'address' || at.key === hub.key || server === serverOf(at) || server.startsWith('//')) return {}
  return isSpellingOf(server, at) ? { spelling: server } : {}
}

/**
 * How podman, skopeo and buildah spell a registry in a list; `undefined` for what they ask no helper for. They give up over a
 * key with a scheme or an `@` (containers/image, pkg/docker/config, validateKey), and would take a part for the whole.
 */
export function registryOf(at: Endpoint, spelling?: string): string | undefined {
  if (at.form !== 'address' || at.scheme !== 'https' || at.path !== '') return undefined
  return spelling === undefined ? hostAndPort(at) : authorityIn(spelling)
}

/** Whether docker has a spelling for it at all. */
export function isServer(at: Endpoint): at is Address {
  return at.form === 'address' && isSpellingOf(serverOf(at), at)
}

function isSpellingOf(server: string, at: Address): boolean {
  const meant = addressIn(server)
  return meant !== undefined && sameEndpoint(meant, at)
}

/** Host and port as they are spelled, and whatever stands before them. */
function authorityIn(server: string): string {
  const start = server.indexOf('//')
  const isWritten = start === 0 || server.startsWith('://', start - 1)
  const rest = isWritten ? server.slice(start + 2) : server
  return rest.split('/', 1)[0] ?? ''
}

function malformed(what: string): Failure {
  return new Failure('malformed', `not a usable server address: ${what}`)
}
