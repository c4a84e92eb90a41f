import type { Authorities, Authority } from './authorities.ts'

/** The other end of a connection: a server or a proxy. */
export interface Peer {
  /** As in an address: IPv6 in brackets. */
  readonly host: string
  readonly port: number
  /** Whether it speaks TLS. */
  readonly secure: boolean
}

/** A proxy that makes tunnels, and how we sign in there. */
export interface ProxyPeer extends Peer {
  /** The value of the header `Proxy-Authorization`. */
  readonly authorization: string | undefined
}

export interface Outgoing {
  readonly method: string
  /** The path with the query. */
  readonly target: string
  /** What is sent, `host` and `content-length` included. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array
}

export interface Incoming {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array<ArrayBuffer>
}

export interface Way {
  readonly server: Peer
  /** Only to a server that speaks TLS. */
  readonly proxy: ProxyPeer | undefined
  readonly trust: Trust
  /** The longest body that is taken, in bytes. */
  readonly longest: number
  /** Ends the exchange at any point. Its reason is thrown. */
  readonly signal: AbortSignal
}

declare const trusted: unique symbol

/** The authorities in the form that the transport needs. */
export interface Trust {
  readonly [trusted]: true
}

/** What sends requests: `transport.ts` on Node; a host without Node brings its own. */
export interface Transport {
  /** Throws if a person's own authority is not a certificate; the system's list is taken as far as it can be read. */
  trust(system: Authorities['system'], own: readonly Authority[]): Trust
  /** One request and its answer, on a connection of its own. Follows nothing. Every failure is `unavailable`. */
  exchange(outgoing: Outgoing, way: Way): Promise<Incoming>
}
