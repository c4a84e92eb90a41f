import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { listening } from './listening.ts'
import type { AtEnd } from './session.ts'

/** A container registry on loopback that wants a user and a password for everything, unless there are no users. */
export interface Registry {
  /** `127.0.0.1:<port>`, as docker names it. */
  readonly host: string
  /** An image that lies in it: `127.0.0.1:<port>/team/image:1`. */
  readonly image: string
  stop(): Promise<void>
}

/** Debian's docker-registry with one image in it; needs docker-registry and htpasswd. */
export async function startRegistry(users: Readonly<Record<string, string>>, atEnd: AtEnd): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), 'cb-registry-'))
  const passwords = Object.entries(users).map(([user, password]) =>
    execFileSync('htpasswd', ['-niB', '-C', '4', user], { input: password, encoding: 'utf8' }).trim(),
  )
  writeFileSync(join(folder, 'htpasswd'), `${passwords.join('\n')}\n`)
  writeFileSync(
    join(folder, 'config.yml'),
    `version: 0.1
log: { level: info }
storage: { filesystem: { rootdirectory: ${join(folder, 'data')} } }
http: { addr: '127.0.0.1:0' }
${passwords.length === 0 ? '' : `auth: { htpasswd: { realm: tests, path: ${join(folder, 'htpasswd')} } }\n`}`,
  )
  const server = spawn('setpriv', ['--pdeathsig', 'KILL', 'docker-registry', 'serve', join(folder, 'config.yml')], {
    env: { PATH: process.env['PATH'] ?? '', OTEL_TRACES_EXPORTER: 'none' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) {
      const exit = once(server, 'exit')
      server.kill('SIGKILL')
      await exit
    }
    rmSync(folder, { recursive: true, force: true })
  }
  atEnd(stop)
  const host = await listeningOn(server.stderr)
  const [[user, password] = ['nobody', '']] = Object.entries(users)
  await push(`http://${host}/v2/team/image`, `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`)
  return { host, image: `${host}/team/image:1`, stop }
}

/** Where it listens, as its log says; the log is read to its end, for a server whose log is closed ends. */
function listeningOn(log: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    log.on('data', (chunk: Buffer) => {
      text += chunk
      const host = /listening on (127\.0\.0\.1:\d+)/.exec(text)?.[1]
      if (host !== undefined) resolve(host)
    })
    log.on('end', () => reject(new Error(`docker-registry ended: ${text}`)))
  })
}

/** The smallest image that there is: an empty configuration and no layers. */
async function push(repository: string, authorization: string): Promise<void> {
  const digest = `sha256:${createHash('sha256').update('{}').digest('hex')}`
  const begun = await fetch(`${repository}/blobs/uploads/`, { method: 'POST', headers: { authorization } })
  const upload = new URL(begun.headers.get('location') ?? '')
  upload.searchParams.set('digest', digest)
  const octets = 'application/octet-stream'
  const mediaType = 'application/vnd.docker.distribution.manifest.v2+json' // docker 20.10 reads no other
  const config = { mediaType: 'application/vnd.docker.container.image.v1+json', digest, size: 2 }
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [] })
  const sent = [
    await fetch(upload, { method: 'PUT', headers: { authorization, 'content-type': octets }, body: '{}' }),
    await fetch(`${repository}/manifests/1`, {
      method: 'PUT',
      headers: { authorization, 'content-type': mediaType },
      body: manifest,
    }),
  ]
  if (sent.some(({ status }) => status !== 201)) throw new Error(`the registry took no image: ${sent[0]?.status}`)
}

/** A registry that signs in by tokens and hands out an identity token, as cloud registries do; it holds nothing. */
export async function startTokenRegistry(password: string, atEnd: AtEnd): Promise<{ readonly host: string }> {
  const expected = `Basic ${Buffer.from(`alice:${password}`).toString('base64')}`
  const http = createServer(({ url = '', headers: { authorization } }, response) => {
    const say = (status: number, body: object, headers = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
    if (url.startsWith('/token')) {
      if (authorization !== expected) return say(401, {})
      return say(200, { token: 'short', access_token: 'short', refresh_token: 'identity', expires_in: 300 })
    }
    if (authorization === 'Bearer short') return say(200, {})
    return say(401, {}, { 'www-authenticate': `Bearer realm="http://${host()}/token",service="tests"` })
  })
  const host = () => `127.0.0.1:${(http.address() as AddressInfo).port}`
  await listening(http, atEnd)
  return { host: host() }
}
