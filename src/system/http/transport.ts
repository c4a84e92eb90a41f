import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request as sending } from 'node:http'
import { isIP, connect as opening, type Socket } from 'node:net'
import * as tls from 'node:tls'
import { Failure, isFailure } from '../../core/failure.ts'
import { type Authority, none } from './authorities.ts'
import type { Incoming, Outgoing, Peer, ProxyPeer, Transport, Trust, Way } from './exchange.ts'
import { proxyRefusal, troubleAt, troubleOf } from './trouble.ts'

/* Requests by node:http, one connection for each. Its agents know no proxy (Node 20), and keep connections. */

/** Node's own list, the system's, as `node --use-system-ca` has both, and the person's. */
export const trust: Transport['trust'] = (system, own) => {
  for (const authority of own) check(authority)
  const others =
    system === none ? [] : [...tls.rootCertificates, ...(system === undefined ? [] : [system]), ...systemStore()]
  const ca = [...others, ...own.map((it) => it.certificate)]
  return tls.createSecureContext({ ca, minVersion: 'TLSv1.2' }) as unknown as Trust
}

/** What macOS's keychain or Windows's store has. Node reads them from 22.15 on. */
function systemStore(): readonly string[] {
  const { getCACertificates } = tls as { readonly getCACertificates?: (type: 'system') => readonly string[] }
  return getCACertificates?.('system') ?? []
}

function check({ certificate, broken }: Authority): void {
  try {
    new X509Certificate(certificate)
  } catch {
    throw broken()
  }
}

export const exchange: Transport['exchange'] = async (outgoing, way) => {
  const connection = new Connection(way.trust)
  const { signal } = way
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(connection.isLookingUp ? stuck(signal.reason) : signal.reason))
  })
  try {
    return await Promise.race([stopped, answerOf(outgoing, way, connection)])
  } finally {
    connection.close()
  }
}

/** A lookup of a name cannot be cancelled. */
function stuck(reason: unknown): unknown {
  if (!isFailure(reason)) return reason
  return new Failure(reason.code, reason.message, { hints: reason.hints, stuck: true })
}

async function answerOf(
  outgoing: Outgoing,
  { server, proxy, longest }: Way,
  connection: Connection,
): Promise<Incoming> {
  await connection.open(proxy ?? server)
  if (proxy?.secure === true) await connection.secure(proxy)
  if (proxy !== undefined) await connection.tunnel(proxy, server)
  if (server.secure) await connection.secure(server)
  return connection.send(outgoing, server, longest)
}

class Connection {
  readonly #trust: Trust
  readonly #sockets: Socket[] = []
  isLookingUp = false

  constructor(trust: Trust) {
    this.#trust = trust
  }

  async open(peer: Peer): Promise<void> {
    const host = bare(peer.host)
    const socket = opening({ host, port: peer.port })
    this.#use(socket)
    this.isLookingUp = isIP(host) === 0
    socket.on('lookup', () => {
      this.isLookingUp = false
    })
    await once(socket, 'connect').catch((error) => {
      throw troubleAt(peer, troubleOf(error, 'unreachable'), error)
    })
  }

  /** Continues in TLS. */
  async secure(peer: Peer): Promise<void> {
    const host = bare(peer.host)
    const secureContext = this.#trust as unknown as tls.SecureContext
    // A name is sent, an address is not: https://www.rfc-editor.org/rfc/rfc6066#section-3
    const servername = isIP(host) === 0 ? host : ''
    const socket = tls.connect({ socket: this.#socket, host, servername, secureContext, rejectUnauthorized: true })
    this.#use(socket)
    await once(socket, 'secureConnect').catch((error) => {
      throw troubleAt(peer, troubleOf(error, 'no-tls'), error)
    })
  }

  /** Continues in a tunnel to the server. */
  async tunnel(proxy: ProxyPeer, { host, port }: Peer): Promise<void> {
    const path = `${host}:${port}`
    const { authorization } = proxy
    const headers = { host: path, ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }) }
    const request = this.#request('CONNECT', path, headers)
    request.end()
    const [{ statusCode = 0 }] = await once(request, 'connect').catch((error) => {
      throw troubleAt(proxy, troubleOf(error, 'not-http'), error)
    })
    if (statusCode < 200 || statusCode > 299) throw proxyRefusal(proxy, statusCode)
  }

  async send({ method, target, headers, body }: Outgoing, server: Peer, longest: number): Promise<Incoming> {
    const request = this.#request(method, target, Object.fromEntries(headers))
    // An answer that is not HTTP ends the body as if the connection were cut. Only the request hears why.
    let why: unknown
    request.on('error', (error) => {
      why ??= error
    })
    request.end(body)
    try {
      const [answer] = (await once(request, 'response')) as [IncomingMessage]
      const { statusCode: status = 0, rawHeaders } = answer
      return { status, headers: pairs(rawHeaders), body: await bodyOf(answer, server, longest) }
    } catch (error) {
      throw isFailure(error) ? error : troubleAt(server, troubleOf(why ?? error, 'not-http'), why ?? error)
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  get #socket(): Socket {
    const socket = this.#sockets.at(-1)
    if (socket === undefined) throw new Failure('internal', 'the connection is not open yet')
    return socket
  }

  #use(socket: Socket): void {
    // Whoever waits for the socket hears of its errors. Those that come later say nothing new.
    socket.on('error', () => {})
    this.#sockets.push(socket)
  }

  #request(method: string, path: string, headers: Readonly<Record<string, string>>) {
    const request = sending({ createConnection: () => this.#socket, method, path, headers, setHost: false })
    return request.on('error', () => {})
  }
}

async function bodyOf(answer: IncomingMessage, server: Peer, longest: number): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(answer.headers['content-length'] ?? 0) > longest) throw troubleAt(server, 'too-large')
  const parts: Buffer[] = []
  let length = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.length
    if (length > longest) throw troubleAt(server, 'too-large')
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** `rawHeaders` has names and values in turn. */
function pairs(raw: readonly string[]): readonly (readonly [string, string])[] {
  return raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] ?? ''] as const] : []))
}

function bare(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host
}
