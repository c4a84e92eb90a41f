import type { ConnectSocket } from './unix-socket.ts'

/*
 * A Unix socket as the standalone executable's runtime offers it by itself. Its node:net loads the streams, which costs
 * a call more than the whole conversation with the Secret Service (bench/NOTES.md). https://bun.com/docs/runtime/networking/tcp
 */

interface Socket {
  /** How many of the bytes were taken; the rest when `drain` is called. */
  write(bytes: Uint8Array): number
  ref(): void
  unref(): void
  terminate(): void
}

interface Handlers {
  open(socket: Socket): void
  data(socket: Socket, bytes: Buffer): void
  drain(socket: Socket): void
  close(socket: Socket, error?: Error): void
  error(socket: Socket, error: Error): void
  connectError(socket: Socket, error: Error): void
}

interface Runtime {
  connect(options: { unix: string; socket: Handlers }): Promise<Socket>
}

/** Connects by Bun.connect. */
export const connectByBun: ConnectSocket = (path, listener) => {
  const { Bun: runtime } = globalThis as unknown as { Bun: Runtime }
  const unsent: Uint8Array[] = []
  let socket: Socket | undefined
  let keptAlive = true
  let over = false
  let closed = false

  /** A path that is not there is an error at once, but the listener is called in a later turn. */
  function end(error?: Error): void {
    if (over) return
    over = true
    setImmediate(() => closed || listener.ended(error))
  }
  function push(): void {
    while (socket !== undefined && !over) {
      const [next] = unsent
      if (next === undefined) return
      const taken = Math.max(socket.write(next), 0)
      if (taken < next.length) {
        unsent[0] = next.subarray(taken)
        return
      }
      unsent.shift()
    }
  }
  const handlers: Handlers = {
    open(opened) {
      socket = opened
      if (over) opened.terminate()
      else if (!keptAlive) opened.unref()
      if (!over) listener.opened()
    },
    data: (_, bytes) => void (over || listener.received(bytes)),
    drain: push,
    close: (_, error) => end(error),
    error: (_, error) => end(error),
    connectError: (_, error) => end(error),
  }
  runtime.connect({ unix: path, socket: handlers }).catch(end)
  return {
    send(bytes) {
      unsent.push(bytes)
      if (unsent.length === 1) push()
    },
    keepAlive(on) {
      keptAlive = on
      if (on) socket?.ref()
      else socket?.unref()
    },
    close() {
      over = closed = true
      socket?.terminate()
    },
  }
}
