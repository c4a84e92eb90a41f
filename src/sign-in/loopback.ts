import { createServer, type Socket } from 'node:net'
import { Failure } from '../core/failure.ts'
import { type PeerUser, peerUser } from '../system/peer-user.ts'

/** What the browser brought. */
export interface Arrival {
  readonly query: string
  /** Whether it provably is a browser of this user: others can read the address in the list of processes. */
  readonly isOurs: boolean
}

/** Waits on a port of this machine for the browser to come back from the provider. */
export interface Loopback {
  readonly redirectUri: string
  /** The one request that counts. `timeout` if it does not come within so many milliseconds. */
  answer(limit: number): Promise<Arrival>
  /** Frees the port. */
  close(): void
}

/** How many connections may be open at once, before the oldest makes room; the time and the length of a request. */
const most = 16
const patience = 10_000
const longest = 16_384

/**
 * Listens on a free port of 127.0.0.1. Only a GET of exactly the redirect address with this state counts. So a page that
 * calls the port achieves nothing, and neither does another user of this machine, where the system tells who called. Every
 * other request is answered with 404 and changes nothing. A state may become known later; it counts from then on.
 */
export async function listen(
  host: '127.0.0.1' | 'localhost',
  state: string | (() => string | undefined),
  userOf: (ourPort: number, theirPort: number) => PeerUser = peerUser,
  path = '/',
): Promise<Loopback> {
  const wanted = () => (typeof state === 'string' ? state : state())
  /** Those that have no answer yet. */
  const open = new Set<Socket>()
  let heard = (_: Arrival) => {}
  const arrival = new Promise<Arrival>((resolve) => {
    heard = resolve
  })
  const server = createServer((socket) => {
    const [oldest] = open
    if (open.size >= most) oldest?.destroy()
    open.add(socket)
    // All of 127.0.0.0/8 gets here, and the same port of another address could stand for a closed connection.
    const { remoteAddress, remotePort } = socket
    const theirPort = remoteAddress === '127.0.0.1' ? remotePort : undefined
    const limit = setTimeout(() => socket.destroy(), patience)
    let request = ''
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(limit)
      open.delete(socket)
    })
    socket.on('data', (bytes: Buffer) => {
      request += bytes.toString('latin1')
      if (request.length > longest) return void socket.destroy()
      const end = request.indexOf('\r\n\r\n')
      if (end < 0) return
      socket.pause()
      open.delete(socket)
      const query = queryIn(request.slice(0, end), `${host}:${port}`, path, wanted())
      const user = query === undefined || theirPort === undefined ? 'another' : userOf(port, theirPort)
      const counts = query !== undefined && user !== 'another'
      socket.end(counts ? page(200, received) : page(404, 'nothing is here'))
      if (counts) heard({ query, isOurs: user === 'same' })
    })
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.on('error', (cause) => {
      reject(new Failure('unavailable', 'no port of this machine can be opened for the browser', { cause }))
    })
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { readonly port: number }).port))
  })
  return {
    redirectUri: `http://${host}:${port}${path === '/' ? '' : path}`,
    answer: (limit) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          reject(new Failure('timeout', 'nobody has confirmed the sign-in in time'))
        }, limit)
        void arrival.then((found) => {
          clearTimeout(timer)
          resolve(found)
        })
      }),
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

const received = 'credbridge has received the answer. Close this page and go back to the terminal.'

/** The query of the request; `undefined` unless it is what the provider's redirect makes a browser send. */
function queryIn(head: string, host: string, path: string, state: string | undefined): string | undefined {
  const [line = '', ...headers] = head.split('\r\n')
  const [, asked, query] = /^GET ([!->@-~]*)\?([!-~]*) HTTP\/1\.[01]$/.exec(line) ?? []
  const hosts = headers.filter((one) => /^host:/i.test(one)).map((one) => one.slice('host:'.length).trim())
  if (
    query === undefined ||
    asked !== path ||
    state === undefined ||
    hosts.length !== 1 ||
    hosts[0]?.toLowerCase() !== host
  )
    return undefined
  const states = new URLSearchParams(query).getAll('state')
  return states.length === 1 && states[0] === state ? query : undefined
}

function page(status: 200 | 404, text: string): string {
  return [
    `HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'Not Found'}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${text.length}`,
    'Cache-Control: no-store',
    'Referrer-Policy: no-referrer',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
    '',
    text,
  ].join('\r\n')
}
