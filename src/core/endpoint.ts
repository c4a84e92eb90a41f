import { canonicalPath, malformed } from './path.ts'
import { oneSpelling } from './spelling.ts'

/**
 * The place that wants a credential. There are two forms, which never equal each other:
 *
 * - an address, `scheme://host[:port][/path]`, in canonical form: scheme and host in lower case, IDN as punycode,
 *   default port dropped, no user-info, query or fragment, path without trailing slash, escapes in one spelling. Docker
 *   Hub has several names; all become `https://docker.io`;
 * - a service name, an opaque text that matches only itself (Python's keyring uses these).
 *
 * `key` is what stores search by and what messages print. It never contains user-info.
 */
export type Endpoint = Address | ServiceName

export interface Address {
  readonly form: 'address'
  readonly key: string
  readonly scheme: string
  /** Lower case, IPv6 in brackets. Empty only for `cert` and `ssh-key`, which have only a path. */
  readonly host: string
  /** `undefined` if it is the scheme's default port. */
  readonly port: number | undefined
  /** Percent-encoded, without leading or trailing slash. Empty for the origin. */
  readonly path: string
}

export interface ServiceName {
  readonly form: 'service'
  readonly key: string
}

const defaultPorts: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  ftp: 21,
  ftps: 990,
  smtp: 25,
  imap: 143,
  imaps: 993,
  ssh: 22,
}

/** What these name is a file of this machine: a client certificate of git, a private key of ssh. */
const ofFiles: readonly string[] = ['cert', 'ssh-key']

/** An opaque name, verbatim. */
export function serviceName(name: string): ServiceName {
  return { form: 'service', key: name }
}

/**
 * Parses a URL; user-info, query and fragment are dropped. Of a scheme such as `sparse+https` only the part after the
 * plus sign counts. A text that is not `scheme://…` or has no usable host is `malformed`.
 */
export function parseAddress(url: string): Address {
  const colon = url.indexOf('://')
  if (colon < 1) throw malformed('it has no scheme')
  const rest = url.slice(colon + 3)
  const hostEnd = firstOf(rest, /[/?#]/)
  const authority = rest.slice(0, hostEnd)
  // Some clients end the host at a backslash, others do not: https://url.spec.whatwg.org/#authority-state
  if (authority.includes('\\')) throw malformed('it has a backslash before its path')
  const tail = rest.slice(hostEnd)
  const path = tail.slice(0, firstOf(tail, /[?#]/))
  return address({
    scheme: url.slice(0, colon),
    host: authority.slice(authority.lastIndexOf('@') + 1),
    path: canonicalPath(path),
  })
}

/** The decoded user name in a URL, or `undefined`. The address does not include it. */
export function userIn(url: string): string | undefined {
  const colon = url.indexOf('://')
  const rest = colon < 1 ? '' : url.slice(colon + 3)
  const authority = rest.slice(0, firstOf(rest, /[/?#]/))
  const userInfo = authority.slice(0, Math.max(authority.lastIndexOf('@'), 0))
  const user = userInfo.slice(0, firstOf(userInfo, /:/))
  try {
    return user === '' ? undefined : decodeURIComponent(user)
  } catch {
    throw malformed('its user name is not valid percent-encoding')
  }
}

/** Makes an address from parts. The path is plain text, not percent-encoded, as git sends it. */
export function addressOf(parts: { scheme: string; host: string; path?: string }): Address {
  return address({ ...parts, path: canonicalPath((parts.path ?? '').replaceAll('%', '%25')) })
}

/** An address if the text has a scheme, else a service name. */
export function parseEndpoint(text: string): Endpoint {
  return text.includes('://') ? parseAddress(text) : serviceName(text)
}

/** Same form and same canonical key. */
export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.form === b.form && a.key === b.key
}

/** Limits the number of parents. All parents of a long path together would need memory in the square of its length. */
const deepestParent = 64

/**
 * The address, then its parents on `/` boundaries, longest first, then the origin. A lookup may widen to these. Of a
 * very deep path only the parents nearest to the origin are returned.
 */
export function withParents(at: Address): readonly Address[] {
  const all = [at]
  const segments = at.path.split('/', deepestParent + 2)
  const deep = segments.length > deepestParent + 1
  for (let path = deep ? segments.slice(0, -1).join('/') : at.path; path !== ''; ) {
    path = path.slice(0, Math.max(0, path.lastIndexOf('/')))
    if (!path.endsWith('/')) all.push(canonical({ ...at, path }))
  }
  return all
}

/** `host` or `host:port`, as docker, terraform and pip spell an origin. */
export function hostAndPort(at: Address): string {
  return at.port === undefined ? at.host : `${at.host}:${at.port}`
}

function address(parts: { scheme: string; host: string; path: string }): Address {
  const scheme = canonicalScheme(parts.scheme)
  const { host, port } = canonicalHost(parts.host, scheme)
  if (host === '' && (!ofFiles.includes(scheme) || parts.path === '')) throw malformed('it has no host')
  if (scheme === 'ssh-key' && (host !== '' || port !== undefined)) {
    throw malformed('a key has no host, only an absolute path: ssh-key:///path')
  }
  return canonical({ scheme, host, port: port === defaultPorts[scheme] ? undefined : port, path: parts.path })
}

function canonical(parts: Omit<Address, 'form' | 'key'>): Address {
  const { scheme, host, port, path } = oneSpelling(parts)
  const origin = `${scheme}://${host}${port === undefined ? '' : `:${port}`}`
  return { form: 'address', key: path === '' ? origin : `${origin}/${path}`, scheme, host, port, path }
}

function canonicalScheme(scheme: string): string {
  const lower = scheme.toLowerCase()
  const plus = lower.lastIndexOf('+')
  const base = plus < 0 ? lower : lower.slice(plus + 1)
  if (!/^[a-z][a-z0-9.-]*$/.test(base)) throw malformed('its scheme has a character that is not allowed')
  return base
}

function canonicalHost(text: string, scheme: string): { host: string; port: number | undefined } {
  const bracket = text.startsWith('[') ? text.indexOf(']') + 1 : 0
  if (text.startsWith('[') && bracket === 0) throw malformed('its IPv6 address has no closing bracket')
  const colon = text.indexOf(':', bracket)
  const name = colon < 0 ? text : text.slice(0, colon)
  const host = bracket > 0 ? canonicalIpv6(name) : canonicalName(name)
  if (host === '' && !ofFiles.includes(scheme)) throw malformed('it has no host')
  return { host, port: colon < 0 ? undefined : canonicalPort(text.slice(colon + 1)) }
}

function canonicalPort(text: string): number | undefined {
  if (text === '') return undefined
  const port = /^[0-9]{1,8}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65535) throw malformed('its port is not a number from 1 to 65535')
  return port
}

function canonicalName(name: string): string {
  const plain = /[\u0080-\uffff]/.test(name) ? asciiHost(name) : name.toLowerCase()
  if (name !== '' && !/^[a-z0-9._~-]+$/.test(plain)) throw malformed('its host has a character that is not allowed')
  return plain
}

/** Same result as `domainToASCII` of node:url, without loading that module. Returns '' for an invalid name. */
function asciiHost(name: string): string {
  const url = new URL(`ws://${unchanged}`)
  url.hostname = name
  return url.hostname === unchanged ? '' : url.hostname
}

const unchanged = 'unchanged.invalid'

function canonicalIpv6(name: string): string {
  const isWritten = /^\[[0-9a-f:.]+\]$/i.test(name)
  if (!isWritten || !URL.canParse(`http://${name}`)) throw malformed('its IPv6 address is not valid')
  return new URL(`http://${name}`).hostname
}

/** Where the first of these characters is; the text's length if there is none. */
function firstOf(text: string, characters: RegExp): number {
  const at = text.search(characters)
  return at < 0 ? text.length : at
}
