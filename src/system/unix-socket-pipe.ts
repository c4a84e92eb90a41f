import { getSystemErrorName } from 'node:util'
import type { ConnectSocket, SocketListener, UnixSocket } from './unix-socket.ts'

/*
 * A Unix socket by Node's internal pipe, the layer below node:net. node:net loads the streams and costs a one-shot call
 * 4 to 5 ms, more than the whole conversation with the Secret Service (bench/NOTES.md). The parts used here are the
 * same from Node 20 to 26, and are on the list of those that packages use:
 * https://nodejs.org/api/deprecations.html#dep0111-processbinding. If the layer is not as expected, node:net is used.
 */

interface Pipe {
  onread: (bytes: ArrayBuffer | undefined) => void
  connect(request: object, path: string): number | undefined
  readStart(): number
  writeBuffer(request: object, bytes: Uint8Array): number
  ref(): void
  unref(): void
  close(): void
}

interface Layer {
  newPipe(): Pipe
  /** The request object of the layer. `done` is called with 0 or a negative error number. */
  newConnecting(done: (status: number) => void): object
  newSending(bytes: Uint8Array, done: (status: number) => void): object
  /** The number of bytes read, or a negative error number, and the offset of the bytes. */
  lastRead(): readonly [count: number, offset: number]
}

/** Connects by the layer that `process.binding` returns, or by node:net if that is not possible. */
export async function socketConnector(binding: Binding | undefined): Promise<ConnectSocket> {
  const layer = binding === undefined ? undefined : layerBelow(binding)
  if (layer === undefined) return (await import('./unix-socket-net.ts')).connectByNet
  return (path, listener) => connectOn(layer, path, listener)
}

function connectOn(layer: Layer, path: string, listener: SocketListener): UnixSocket {
  const pipe = layer.newPipe()
  let closed = false
  function close(): void {
    if (!closed) pipe.close()
    closed = true
  }
  function end(status: number): void {
    if (closed) return
    close()
    listener.ended(Object.assign(new Error('the socket failed'), { code: getSystemErrorName(status) }))
  }
  /** Returns whether the status means success. If not, ends the connection. */
  const well = (status: number | undefined) => {
    if (status !== undefined && status < 0) queueMicrotask(() => end(status))
    return status === undefined || status >= 0
  }
  pipe.onread = (bytes) => {
    const [count, offset] = layer.lastRead()
    if (closed || count === 0) return
    if (count < 0 || bytes === undefined) end(count)
    else listener.received(Buffer.from(bytes, offset, count))
  }
  const connecting = layer.newConnecting((status) => {
    if (!closed && well(status) && well(pipe.readStart())) listener.opened()
  })
  well(pipe.connect(connecting, path))
  return {
    send: (bytes) => void (closed || well(pipe.writeBuffer(layer.newSending(bytes, well), bytes))),
    keepAlive: (on) => void (closed || (on ? pipe.ref() : pipe.unref())),
    close,
  }
}

type Making = new (...args: unknown[]) => object
type Bound = Readonly<Record<string, unknown>>

/** `process.binding`. */
export type Binding = (name: string) => Bound

function layerBelow(binding: Binding): Layer | undefined {
  try {
    const { Pipe, PipeConnectWrap, constants } = binding('pipe_wrap')
    const { WriteWrap, streamBaseState, kReadBytesOrError, kArrayBufferOffset } = binding('stream_wrap')
    if (![Pipe, PipeConnectWrap, WriteWrap].every((one) => typeof one === 'function')) return undefined
    const [count, offset, socket] = [kReadBytesOrError, kArrayBufferOffset, (constants as Bound)['SOCKET']]
    const state = streamBaseState as Int32Array
    if (![count, offset, socket, state[count as number]].every((one) => typeof one === 'number')) return undefined
    const made = (making: unknown, ...args: unknown[]) => new (making as Making)(...args)
    return {
      newPipe: () => made(Pipe, socket) as Pipe,
      newConnecting: (done) => Object.assign(made(PipeConnectWrap), { oncomplete: done }),
      newSending: (bytes, done) => Object.assign(made(WriteWrap), { oncomplete: done, bytes }),
      lastRead: () => [state[count as number] ?? 0, state[offset as number] ?? 0],
    }
  } catch {
    return undefined
  }
}
