import { close, give, isHandshaking, open, read, take, write } from 'host:tls'
import type { Scope } from './scope.ts'
import type { Stream } from './stream.ts'

/** Continues a connection in TLS, when the server with this name or address has shown its certificate. */
export async function secured(inner: Stream, trust: number, host: string, scope: Scope): Promise<Stream> {
  const session = open(trust, host.startsWith('[') ? host.slice(1, -1) : host)
  scope.atEnd(() => close(session))
  await handshake(inner, session)
  return {
    async send(bytes) {
      write(session, bytes)
      await inner.send(take(session))
    },
    async receive() {
      for (;;) {
        const bytes = read(session)
        if (bytes === undefined || bytes.length > 0) return bytes ?? new Uint8Array()
        const received = await inner.receive()
        if (received.length === 0) return received
        give(session, received)
        await inner.send(take(session))
      }
    },
  }
}

async function handshake(inner: Stream, session: number): Promise<void> {
  while (isHandshaking(session)) {
    await inner.send(take(session))
    if (!isHandshaking(session)) break
    const received = await inner.receive()
    if (received.length === 0) throw Object.assign(new Error('the connection has ended'), { code: 'ECONNRESET' })
    give(session, received)
  }
  await inner.send(take(session))
}
