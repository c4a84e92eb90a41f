import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { isLoopback } from '../../core/loopback.ts'
import type { Environment } from '../machine.ts'
import { authorities, onlyAuthorities } from './authorities.ts'
import type { Incoming, Outgoing, Peer, Trust } from './exchange.ts'
import { proxyFor } from './proxy.ts'
import { exchange, trust } from './transport.ts'
import { lateAnswer, troubleAt } from './trouble.ts'

/** A request in the form of the standard `fetch`: https://fetch.spec.whatwg.org/#requestinit. */
export interface FetchOptions {
  readonly method?: string
  readonly headers?: Headers | Readonly<Record<string, string>> | undefined
  readonly body?: string | URLSearchParams | Uint8Array | null | undefined
  /** A redirect is never followed. */
  readonly redirect?: 'manual'
  readonly signal?: AbortSignal | undefined
}

/**
 * Sends one request and returns the whole answer. What stands in the way of an answer is `unavailable`, an answer of
 * any status is none. Plain http to another machine is `refused`.
 */
export type Fetch = (url: string | URL, options?: FetchOptions) => Promise<Response>

export interface HttpOptions {
  /** The proxy and further authorities come from here. */
  readonly environment: Environment
  /** The file of a private authority's certificates, from the settings. */
  readonly caFile?: string | undefined
  /** Only this file's authorities are trusted: it names a server's own. `caFile` then does not count. */
  readonly onlyCaFile?: string | undefined
  /** How long one exchange may take from the lookup of the name to the last byte, in milliseconds. */
  readonly limit?: number
  /** The longest body that is taken, in bytes. */
  readonly longest?: number
}

const usualLimit = 15_000
const usualLength = 1024 * 1024

/** Makes a client. It reads nothing before its first request. */
export function httpClient(options: HttpOptions): Fetch {
  const { environment, caFile, onlyCaFile, limit = usualLimit, longest = usualLength } = options
  let trusted: Trust | undefined
  function authoritiesOnce(): Trust {
    const { system, own } = onlyCaFile === undefined ? authorities(environment, caFile) : onlyAuthorities(onlyCaFile)
    trusted ??= trust(system, own)
    return trusted
  }
  return async (address, { method = 'GET', headers, body, signal } = {}) => {
    signal?.throwIfAborted()
    if (!URL.canParse(`${address}`)) throw new Failure('malformed', 'the address of the server is not valid')
    const url = new URL(address)
    const server = peerOf(url)
    const outgoing = outgoingOf(url, method, new Headers(headers), body ?? '')
    const proxy = proxyFor(server, environment)
    const way = { server, proxy, trust: trusted ?? authoritiesOnce(), longest }
    const stop = new AbortController()
    const timer = setTimeout(() => stop.abort(lateAnswer(server, limit)), limit)
    const stopped = () => stop.abort(signal?.reason)
    signal?.addEventListener('abort', stopped)
    try {
      return responseOf(await exchange(outgoing, { ...way, signal: stop.signal }), server)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stopped)
    }
  }
}

function peerOf({ protocol, hostname: host, port, username, password }: URL): Peer {
  const secure = protocol === 'https:'
  if (username !== '' || password !== '') throw new Failure('malformed', 'an address must not contain a password')
  if (!secure && !(protocol === 'http:' && isLoopback({ host }))) {
    throw new Failure('refused', `${host} is asked by https only`, { hints: [hint`use an address with https`] })
  }
  return { host, port: Number(port) || (secure ? 443 : 80), secure }
}

function outgoingOf(url: URL, method: string, headers: Headers, body: NonNullable<FetchOptions['body']>): Outgoing {
  if (body instanceof URLSearchParams && !headers.has('content-type')) {
    headers.set('content-type', 'application/x-www-form-urlencoded;charset=UTF-8')
  }
  const bytes = body instanceof Uint8Array ? body : Buffer.from(body.toString())
  // Some servers refuse who has no name: https://docs.github.com/rest/using-the-rest-api/getting-started-with-the-rest-api#user-agent
  if (!headers.has('user-agent')) headers.set('user-agent', 'credbridge')
  headers.set('accept-encoding', 'identity')
  headers.set('host', url.host)
  headers.set('connection', 'close')
  if (bytes.length > 0 || method === 'POST') headers.set('content-length', `${bytes.length}`)
  return { method, target: url.pathname + url.search, headers: [...headers], body: bytes }
}

/** https://fetch.spec.whatwg.org/#null-body-status */
const withoutBody = [101, 204, 205, 304]

function responseOf({ status, headers, body }: Incoming, server: Peer): Response {
  if (status < 200 || status > 599) throw troubleAt(server, 'not-http')
  const init = { status, headers: new Headers(headers.map(([name, value]) => [name, value])) }
  return new Response(withoutBody.includes(status) ? null : body, init)
}
