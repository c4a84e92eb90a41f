import { createConnection } from 'node:net'
import type { ConnectSocket } from './unix-socket.ts'

/** A line by node:net. */
export const dialByNet: ConnectSocket = (path, ear) => {
  const onread = {
    buffer: () => Buffer.allocUnsafe(16_384),
    callback(length: number, bytes: Uint8Array) {
      ear.heard(bytes.subarray(0, length) as Buffer)
      return true
    },
  }
  const socket = createConnection({ path, onread })
  let over = false
  function end(error?: NodeJS.ErrnoException): void {
    if (over) return
    over = true
    ear.ended(error)
  }
  socket.on('connect', () => ear.opened())
  socket.on('error', end)
  socket.on('close', () => end())
  return {
    send: (bytes) => void socket.write(bytes),
    hold: (on) => void (on ? socket.ref() : socket.unref()),
    close() {
      over = true
      socket.destroy()
    },
  }
}
