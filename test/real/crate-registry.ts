import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { listening } from './listening.ts'
import type { AtEnd } from './session.ts'

/** A registry of crates on loopback whose sparse index wants a token for everything, as `auth-required` says. */
export interface CrateRegistry {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string
  /** `sparse+http://127.0.0.1:<port>/team/index/` */
  readonly index: string
  /** The complete values of the header `Authorization` that it takes. */
  readonly accepted: Set<string>
  /** Each request since the last time that this was emptied: `GET /path`, and the header or ''. */
  readonly seen: { readonly request: string; readonly authorization: string }[]
  /** What is published, by `name version`. */
  readonly crates: ReadonlyMap<string, Crate>
}

interface Crate {
  readonly bytes: Buffer
  /** The line of the index. */
  readonly line: Record<string, unknown>
}

/** https://doc.rust-lang.org/cargo/reference/registry-index.html and registry-web-api.html */
export async function startCrateRegistry(atEnd: AtEnd): Promise<CrateRegistry> {
  const accepted = new Set<string>()
  const seen: CrateRegistry['seen'] = []
  const crates = new Map<string, Crate>()
  let origin = ''

  function answer(method: string, path: string, body: Buffer): object | string | Buffer | undefined {
    const [, root, ...rest] = path.split('/')
    if (root === 'team' && rest.join('/') === 'index/config.json') {
      return { dl: `${origin}/team/archives`, api: `${origin}/team`, 'auth-required': true }
    }
    if (root !== 'team') return undefined
    if (rest[0] === 'index') return lines(rest.at(-1) ?? '')
    if (rest[0] === 'archives') return crates.get(`${rest[1]} ${rest[2]}`)?.bytes
    const [, , , name = '', version, verb] = rest
    if (method === 'PUT' && name === 'new') return publish(body)
    if (verb === 'yank' || verb === 'unyank') return mark(`${name} ${version}`, verb === 'yank')
    return version === 'owners' ? { users: [{ id: 1, login: 'ann', name: null }] } : undefined
  }

  function lines(name: string): string | undefined {
    const all = [...crates.values()].filter(({ line }) => line['name'] === name)
    return all.length === 0 ? undefined : all.map(({ line }) => `${JSON.stringify(line)}\n`).join('')
  }

  function mark(key: string, yanked: boolean): object | undefined {
    const crate = crates.get(key)
    if (crate !== undefined) crate.line['yanked'] = yanked
    return crate && { ok: true }
  }

  /** Two lengths of 32 bits, each before what it is the length of. */
  function publish(body: Buffer): object {
    const length = body.readUInt32LE(0)
    const { name, vers } = JSON.parse(body.subarray(4, 4 + length).toString())
    const bytes = body.subarray(8 + length)
    const cksum = createHash('sha256').update(bytes).digest('hex')
    crates.set(`${name} ${vers}`, { bytes, line: { name, vers, deps: [], cksum, features: {}, yanked: false } })
    return { warnings: { invalid_categories: [], invalid_badges: [], other: [] } }
  }

  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    const { method = '', url = '', headers } = request
    const { authorization = '' } = headers
    seen.push({ request: `${method} ${url}`, authorization })
    if (!accepted.has(authorization)) {
      response.writeHead(401, { 'www-authenticate': `Cargo login_url="${origin}/me"` }).end('{"errors":[]}')
      return
    }
    const content = answer(method, url, body)
    const isJson = typeof content === 'object' && !Buffer.isBuffer(content)
    response.writeHead(content === undefined ? 404 : 200).end(isJson ? JSON.stringify(content) : content)
  })
  const port = await listening(server, atEnd)
  origin = `http://127.0.0.1:${port}`
  return { origin, index: `sparse+${origin}/team/index/`, accepted, seen, crates }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}
