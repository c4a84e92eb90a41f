import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listening } from './listening.ts'
import type { AtEnd } from './session.ts'

const verdaccio = join(
  import.meta.dirname,
  '..',
  '..',
  '.cache',
  'npm-clients',
  'verdaccio',
  'node_modules',
  'verdaccio',
)

/** Whether `.ci/npm-clients` has installed verdaccio. */
export const hasVerdaccio = existsSync(join(verdaccio, 'package.json'))

/** A registry of JavaScript packages on loopback that lets nobody in who is not signed in. */
export interface PackageRegistry {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string
  /** A new token for a user, who is made if there is none of this name. */
  token(user: string, password: string): Promise<string>
}

const program = `
const { runServer } = require(process.argv[1])
runServer(process.argv[2]).then((server) => {
  server.listen(0, '127.0.0.1', () => process.stdout.write('port ' + server.address().port + '\\n'))
})
`

/** A real verdaccio without any registry behind it; needs `.ci/npm-clients`. */
export async function startPackageRegistry(atEnd: AtEnd): Promise<PackageRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'cb-packages-'))
  const members = '{ access: $authenticated, publish: $authenticated, unpublish: $authenticated }'
  writeFileSync(
    join(folder, 'config.yml'),
    `storage: ${join(folder, 'storage')}
auth: { htpasswd: { file: ${join(folder, 'htpasswd')}, algorithm: bcrypt, rounds: 4 } }
uplinks: {}
packages: { '**': ${members} }
log: { type: stdout, format: json, level: fatal }
web: { enable: false }
`,
  )
  const words = ['--pdeathsig', 'KILL', process.execPath, '-e', program, verdaccio, join(folder, 'config.yml')]
  const server = spawn('setpriv', words, {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  atEnd(async () => {
    const ended = once(server, 'exit')
    server.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  const limit = setTimeout(() => server.kill('SIGKILL'), 60_000)
  let said = ''
  for await (const chunk of server.stdout) {
    said += String(chunk)
    if (/^port \d+$/m.test(said)) break
  }
  clearTimeout(limit)
  const port = /^port (\d+)$/m.exec(said)?.[1]
  if (port === undefined) throw new Error('verdaccio did not start')
  server.stdout.resume()
  const origin = `http://127.0.0.1:${port}`
  return {
    origin,
    async token(user, password) {
      const answer = await fetch(`${origin}/-/user/org.couchdb.user:${user}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: user, password }),
      })
      const { token } = (await answer.json()) as { token?: string }
      if (token === undefined) throw new Error(`verdaccio has no token for ${user}: ${answer.status}`)
      return token
    },
  }
}

/** A server on loopback that is somebody else's: it notes what is sent to it and knows nothing. */
export interface Stranger {
  readonly origin: string
  /** The header `Authorization` of each request so far; '' where there was none. */
  readonly heard: readonly string[]
  /** All that was sent to it: first lines, headers, bodies. */
  readonly everything: readonly string[]
  /** What it answers, by path; anything else is not found. */
  readonly pages: Map<string, Page>
}

export interface Page {
  readonly body?: string | Buffer
  /** Where else it is. */
  readonly location?: string
}

export async function startStranger(atEnd: AtEnd): Promise<Stranger> {
  const [heard, everything]: [string[], string[]] = [[], []]
  const pages = new Map<string, Page>()
  const server = createServer((request, response) => {
    heard.push(request.headers.authorization ?? '')
    everything.push(`${request.method} ${request.url}\n${request.rawHeaders.join('\n')}`)
    request.on('data', (chunk: Buffer) => everything.push(chunk.toString('latin1')))
    request.on('end', () => {
      const { body = '{}', location } = pages.get(request.url ?? '') ?? {}
      const status = location !== undefined ? 302 : pages.has(request.url ?? '') ? 200 : 404
      const headers = { 'content-type': 'application/json', ...(location === undefined ? {} : { location }) }
      response.writeHead(status, headers).end(body)
    })
  })
  const port = await listening(server, atEnd)
  return { origin: `http://127.0.0.1:${port}`, heard, everything, pages }
}
