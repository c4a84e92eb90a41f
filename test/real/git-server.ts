import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Git } from './gits.ts'
import type { AtEnd } from './session.ts'

/** A server of git repositories on loopback, over HTTP, which wants an Authorization header for everything. */
export interface GitServer {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string
  /** Every Authorization header that came, in order; `undefined` where a request had none. */
  readonly seen: (string | undefined)[]
  /** What a 401 offers, one WWW-Authenticate header each; may be changed at any time. */
  challenges: readonly string[]
  /** Makes an empty repository with the branch `main`; its URL. */
  repository(name: string): string
  /** Accepts this Authorization header, as this user, from now on. */
  accept(authorization: string, user: string): void
  /** Answers this header with 401 again: the password was changed, the token is over. */
  expire(authorization: string): void
  /** Answers this header with 403: known, and not allowed. */
  forbid(authorization: string): void
  /** The answer to a header that is neither accepted nor forbidden: more challenges, for a login in several rounds. */
  rounds: ReadonlyMap<string, readonly string[]>
  stop(): Promise<void>
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

export function bearer(token: string): string {
  return `Bearer ${token}`
}

/** Starts a server over `git http-backend` of this git. */
export async function startGitServer(git: Git, atEnd: AtEnd): Promise<GitServer> {
  const folder = mkdtempSync(join(tmpdir(), 'cb-git-'))
  const users = new Map<string, string>()
  const forbidden = new Set<string>()

  const http = createServer((request, response) => {
    const { authorization } = request.headers
    server.seen.push(authorization)
    const user = authorization === undefined ? undefined : users.get(authorization)
    if (authorization !== undefined && forbidden.has(authorization)) refuse(response, 403, [])
    else if (user === undefined) refuse(response, 401, server.rounds.get(authorization ?? '') ?? server.challenges)
    else serveGit(git, folder, user, request, response)
  })

  const server: GitServer = {
    origin: '',
    seen: [],
    challenges: ['Basic realm="a test"'],
    rounds: new Map(),
    repository(name) {
      mkdirSync(join(folder, name), { recursive: true })
      execFileSync(git.program, ['init', '--quiet', '--bare', '--initial-branch=main', join(folder, name)])
      return `${server.origin}/${name}`
    },
    accept: (authorization, user) => void users.set(authorization, user),
    expire: (authorization) => void users.delete(authorization),
    forbid: (authorization) => void forbidden.add(authorization),
    async stop() {
      http.closeAllConnections()
      http.close()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }

  atEnd(server.stop)
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  return Object.assign(server, { origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}` })
}

function refuse(response: ServerResponse, status: 401 | 403, challenges: readonly string[]): void {
  response.writeHead(status, challenges.length === 0 ? {} : { 'WWW-Authenticate': [...challenges] })
  response.end(status === 401 ? 'sign in first\n' : 'not for you\n')
}

/** One request through the CGI program (RFC 3875; git-http-backend(1)). */
function serveGit(git: Git, folder: string, user: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://loopback')
  const { headers } = request
  const child = spawn(git.backend, [], {
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      REMOTE_USER: user,
      REMOTE_ADDR: '127.0.0.1',
      REQUEST_METHOD: request.method,
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: headers['content-type'],
      CONTENT_LENGTH: headers['content-length'],
      HTTP_CONTENT_ENCODING: headers['content-encoding'],
      GIT_PROTOCOL: [headers['git-protocol']].flat()[0],
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.stdin.on('error', () => {}) // It may answer without reading everything.
  request.pipe(child.stdin)
  const answer: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => answer.push(chunk))
  child.on('error', () => response.writeHead(500).end())
  child.on('close', () => reply(response, Buffer.concat(answer)))
}

function reply(response: ServerResponse, answer: Buffer): void {
  const end = answer.indexOf('\r\n\r\n')
  const lines = answer.subarray(0, Math.max(end, 0)).toString().split('\r\n')
  const headers = lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()])
  const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200'
  response.statusCode = end < 0 ? 500 : Number.parseInt(status, 10)
  for (const [name = '', value = ''] of headers) if (name !== '' && name !== 'Status') response.setHeader(name, value)
  response.end(answer.subarray(end + 4))
}
