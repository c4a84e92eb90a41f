import { once } from 'node:events'
import { createServer as createProxy, type IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { crc32 } from 'node:zlib'
import { selfSigned } from './certificate.ts'
import type { AtEnd } from './session.ts'

/** A host of Go modules behind HTTPS and a sign-in. */
export interface ModuleHost {
  /** What go needs to reach it: a proxy through which every host is this server, and its certificate. */
  readonly env: Readonly<Record<string, string>>
  /** The requests since the last time that this was called: host, path and the Authorization header. */
  seen(): readonly string[]
}

export interface Modules {
  /** Authorization headers that are let in, and the hosts and paths for which each is good. */
  readonly letsIn: Readonly<Record<string, readonly string[]>>
  /** The status for everybody else: 401, or 404 as on servers that do not tell what they have. */
  readonly refusal?: number
  /** Where everybody else is told that the module is another one, with 200, as on GitLab for projects in subgroups. */
  readonly misleads?: boolean
}

const hosts = ['go.example.com', 'other.example.com']

/**
 * Serves every module of `go.example.com` and `other.example.com` in version v1.0.0, by the protocol of module proxies:
 * below the module's own path, and below `/proxy` of either host. Needs openssl.
 */
export async function startModuleHost(folder: string, modules: Modules, atEnd: AtEnd): Promise<ModuleHost> {
  const { key, cert, file } = selfSigned(folder, ...hosts.map((host) => `DNS:${host}`))
  let seen: string[] = []
  const server = createServer({ key, cert }, (request, response) => {
    const { host = '', authorization } = request.headers
    const url = `${host}${request.url}`
    seen.push(`${url} ${authorization ?? '-'}`)
    const good = modules.letsIn[authorization ?? ''] ?? []
    const isLetIn = good.some((place) => url === place || url.startsWith(`${place}/`) || url.startsWith(`${place}?`))
    const module = url.slice(0, url.indexOf('?'))
    const isQuestion = url.includes('?go-get=1')
    if (!isLetIn && modules.misleads === true && isQuestion) {
      response.end(metaTag(module.split('/').slice(0, 2).join('/'), 'file:///nothing-here'))
    } else if (!isLetIn) {
      response.writeHead(modules.refusal ?? 401, { 'www-authenticate': 'Basic realm="modules"' }).end()
    } else {
      const body = isQuestion ? metaTag(module, `https://${module}/-`) : answerTo(request)
      response.writeHead(body === undefined ? 404 : 200).end(body)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = createProxy().on('connect', (_request: IncomingMessage, socket: Socket, head: Buffer) => {
    const { port } = server.address() as AddressInfo
    const inner = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      inner.write(head)
      inner.pipe(socket).pipe(inner)
    })
    for (const one of [socket, inner]) one.on('error', () => [socket, inner].map((end) => end.destroy()))
    sockets.add(socket).add(inner)
  })
  const sockets = new Set<Socket>()
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  atEnd(async () => {
    for (const socket of sockets) socket.destroy()
    server.closeAllConnections()
    for (const one of [proxy, server]) {
      one.close()
      await once(one, 'close')
    }
  })
  return {
    env: { HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, SSL_CERT_FILE: file },
    seen() {
      const all = seen
      seen = []
      return all
    },
  }
}

function metaTag(module: string, proxy: string): string {
  return `<html><head><meta name="go-import" content="${module} mod ${proxy}"></head></html>`
}

/** The protocol of module proxies: `go help goproxy`. Below any other path there is nothing. */
function answerTo({ url = '' }: IncomingMessage): string | Buffer | undefined {
  const [, module = '', asked = ''] = /\/(?:-|proxy)\/(.+)\/@v\/(.+)$/.exec(url) ?? []
  switch (asked) {
    case 'list':
      return 'v1.0.0\n'
    case 'v1.0.0.info':
      return info
    case 'v1.0.0.mod':
      return `module ${module}\n`
    case 'v1.0.0.zip':
      return archive(module)
    default:
      return undefined
  }
}

const info = '{"Version":"v1.0.0","Time":"2026-11-21T12:00:00Z"}'

function archive(module: string): Buffer {
  return zip({
    [`${module}@v1.0.0/go.mod`]: `module ${module}\n`,
    [`${module}@v1.0.0/code.go`]: 'package code\n\nconst Text = "private"\n',
  })
}

/** An archive of files that are stored as they are: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
export function zip(files: Readonly<Record<string, string>>): Buffer {
  const [parts, directory]: [Buffer[], Buffer[]] = [[], []]
  let at = 0
  for (const [name, text] of Object.entries(files)) {
    const [bytes, path] = [Buffer.from(text), Buffer.from(name)]
    const about = Buffer.alloc(26)
    about.writeUInt16LE(20, 0)
    about.writeUInt32LE(crc32(bytes), 10)
    about.writeUInt32LE(bytes.length, 14)
    about.writeUInt32LE(bytes.length, 18)
    about.writeUInt16LE(path.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), about, path, bytes])
    const more = Buffer.alloc(14)
    more.writeUInt32LE(at, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), about, more, path]))
    parts.push(local)
    at += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  for (const offset of [4, 6]) end.writeUInt16LE(directory.length, offset)
  end.writeUInt32LE(central.length, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...parts, central, Buffer.from('PK\x05\x06', 'latin1'), end])
}
