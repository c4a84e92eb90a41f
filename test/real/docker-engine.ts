import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AtEnd } from './session.ts'

/** As much of docker's engine as `docker login` needs to try a sign-in again: it takes every one. */
export async function startEngine(socket: string, atEnd: AtEnd): Promise<void> {
  const engine = createServer(({ url = '' }, response) => {
    const status = url.endsWith('/_ping') ? 'OK' : JSON.stringify({ Status: 'Login Succeeded', IdentityToken: '' })
    response.writeHead(200, { 'api-version': '1.41', 'content-type': 'application/json' }).end(status)
  })
  engine.listen(socket)
  await once(engine, 'listening')
  atEnd(async () => {
    engine.closeAllConnections()
    engine.close()
  })
}
