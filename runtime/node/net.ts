import { close } from 'host:files'
import { accept, adopt, listen, listenAt, peer, peerPort, port } from 'host:listener'
import { stop, watch } from 'host:poll'
import { connect as connected } from 'host:socket'
import type { Buffer } from './buffer.ts'
import { Channel } from './channel.ts'
import { EventEmitter } from './events.ts'
import { setImmediate } from './timers.ts'

/*
 * https://nodejs.org/api/net.html, the part that src/ uses: the client of a Unix socket, and a server at a Unix socket, on
 * a socket that this process was given, or on a free port of 127.0.0.1. Unlike Node, it tells who is at the other end of a Unix socket.
 */

interface OnRead {
  buffer(): Uint8Array
  callback(length: number, bytes: Uint8Array): boolean
}

interface Options {
  readonly path: string
  readonly onread?: OnRead
}

export class Socket extends Channel {
  readonly #onread: OnRead | undefined
  /** Both of a connection from 127.0.0.1 that a server has accepted; absent for any other. */
  readonly remoteAddress: '127.0.0.1' | undefined
  readonly remotePort: number | undefined
  /** Of a connection that a server has accepted at a Unix socket; absent for any other. */
  readonly peer: { readonly userId: number; readonly processId: number } | undefined

  constructor(fd: number | undefined, onread: OnRead | undefined, remotePort?: number) {
    super(fd)
    this.#onread = onread
    this.remoteAddress = remotePort === undefined ? undefined : '127.0.0.1'
    this.remotePort = remotePort
    const [userId, processId] = (fd === undefined ? undefined : peer(fd)) ?? []
    this.peer = userId === undefined || processId === undefined ? undefined : { userId, processId }
  }

  protected override room(): Uint8Array {
    return this.#onread?.buffer() ?? super.room()
  }

  protected override heard(bytes: Buffer): void {
    if (this.#onread === undefined) super.heard(bytes)
    else if (!this.#onread.callback(bytes.length, bytes)) this.pause()
  }
}

/** Emits `connect` or `error` in a later turn of the event loop. */
export function createConnection({ path, onread }: Options): Socket {
  let fd: number | undefined
  let failure: unknown
  try {
    fd = connected(path)
  } catch (error) {
    failure = error
  }
  const socket = new Socket(fd, onread)
  setImmediate(() => {
    if (failure !== undefined) {
      socket.emit('error', failure)
      socket.emit('close', true)
    } else if (!socket.destroyed) {
      socket.emit('connect')
      if (onread !== undefined) socket.resume()
    }
  })
  return socket
}

export function connect(path: string): Socket {
  return createConnection({ path })
}

export class Server extends EventEmitter {
  #fd: number | undefined
  #waiting: number | undefined

  constructor(onConnection: (socket: Socket) => void) {
    super()
    this.on('connection', onConnection)
  }

  /** Emits `listening` or `error` in a later turn of the event loop. Any other port or host is not there. */
  listen(wanted: 0, host: '127.0.0.1', onListening: () => void): this
  listen(wanted: { readonly path: string } | { readonly fd: number }): this
  listen(
    wanted: 0 | { readonly path: string } | { readonly fd: number },
    ...more: readonly ['127.0.0.1', () => void] | readonly []
  ): this {
    const [host, onListening] = more
    if (wanted === 0 && host !== '127.0.0.1') throw new TypeError('only a free port of 127.0.0.1')
    if (onListening !== undefined) this.on('listening', onListening)
    let failure: unknown
    try {
      const fd = listeningFor(wanted)
      this.#fd = fd
      this.#waiting = watch(fd, false, () => this.#accept(fd))
    } catch (error) {
      failure = error
    }
    setImmediate(() => (failure === undefined ? this.emit('listening') : this.emit('error', failure)))
    return this
  }

  address(): { readonly port: number } | null {
    return this.#fd === undefined ? null : { port: port(this.#fd) }
  }

  /** Takes no more connections. Those that are open stay. */
  close(): this {
    if (this.#waiting !== undefined) stop(this.#waiting)
    if (this.#fd !== undefined) close(this.#fd)
    this.#fd = this.#waiting = undefined
    return this
  }

  #accept(fd: number): void {
    const connection = accept(fd)
    if (connection !== undefined) this.emit('connection', new Socket(connection, undefined, peerPort(connection)))
  }
}

function listeningFor(wanted: 0 | { readonly path: string } | { readonly fd: number }): number {
  if (wanted === 0) return listen()
  if ('path' in wanted) return listenAt(wanted.path)
  adopt(wanted.fd)
  return wanted.fd
}

export function createServer(onConnection: (socket: Socket) => void): Server {
  return new Server(onConnection)
}
