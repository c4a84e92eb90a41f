import type { IncomingMessage, Server } from 'node:http'
import type { Server as SecureServer } from 'node:https'
import { connect, type Socket } from 'node:net'
import { listening } from './listening.ts'
import type { AtEnd } from './session.ts'

/**
 * Lets a server make tunnels, as a company's proxy does: https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6. `lead` says
 * to which port of this machine a request leads, or the whole answer that refuses it. Returns the proxy's own port.
 */
export async function startProxy(
  proxy: Server | SecureServer,
  atEnd: AtEnd,
  lead: (request: IncomingMessage) => number | string,
): Promise<number> {
  const sockets = new Set<Socket>()
  proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
    sockets.add(socket.on('error', () => {}))
    const port = lead(request)
    if (typeof port === 'string') return socket.end(port)
    const inner = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      inner.pipe(socket).pipe(inner)
    })
    sockets.add(inner.on('error', () => {}))
    return undefined
  })
  const port = await listening(proxy, atEnd)
  // Done before the proxy waits for its end: it does not count what it has made a tunnel of.
  atEnd(async () => {
    for (const socket of sockets) socket.destroy()
  })
  return port
}
