import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'

/** A socket that takes every connection and never says a word. */
export interface SilentSocket {
  close(): void
}

export async function silentSocket(path: string): Promise<SilentSocket> {
  const taken = new Set<Socket>()
  const server: Server = createServer({ pauseOnConnect: true }, (socket) => {
    taken.add(socket)
    socket.on('error', () => {})
  })
  server.listen(path)
  await once(server, 'listening')
  return {
    close() {
      for (const socket of taken) socket.destroy()
      server.close()
    },
  }
}
