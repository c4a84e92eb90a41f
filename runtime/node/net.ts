import { connect as connected } from 'host:socket'
import type { Buffer } from './buffer.ts'
import { Channel } from './channel.ts'
import { setImmediate } from './timers.ts'

/* https://nodejs.org/api/net.html, the part that src/ uses: the client of a Unix socket. */

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

  constructor(fd: number | undefined, onread: OnRead | undefined) {
    super(fd)
    this.#onread = onread
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
