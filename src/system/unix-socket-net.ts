import { createConnection } from 'node:net'
import type { ConnectSocket } from './unix-socket.ts'

/** Connects with node:net. */
export const connectByNet: ConnectSocket = (path, listener) => {
  const onread = {
    buffer: () => Buffer.allocUnsafe(16_384),
    callback(length: number, bytes: Uint8Array) {
      listener.received(bytes.subarray(0, length) as Buffer)
      return true
    },
  }
  const socket = createConnection({ path, onread })
  let over = false
  function end(error?: NodeJS.ErrnoException): void {
    if (over) return
    over = true
    listener.ended(error)
  }
  socket.on('connect', () => listener.opened())
  socket.on('error', end)
  socket.on('close', () => end())
  return {
    send: (bytes) => void socket.write(bytes),
    keepAlive: (on) => void (on ? socket.ref() : socket.unref()),
    close() {
      over = true
      socket.destroy()
    },
  }
}
