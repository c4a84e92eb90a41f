import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createPlain, type RequestListener } from 'node:http'
import { createServer as createSecure } from 'node:https'
import { type AddressInfo, createServer as createRaw, type Socket } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Certificate, selfSigned, signed, signedInYear } from '../../real/certificate.ts'
import { listening } from '../../real/listening.ts'
import { startProxy } from '../../real/proxy.ts'
import { needs } from '../../real/require.ts'
import type { Asking, Outcome } from './asking.ts'

type Ask = (asking: Asking, env: Readonly<Record<string, string>>) => Promise<Outcome>

const name = 'idp.example.com'
const password = 'sentinel-9d2e'
const hasIPv6 = Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === '::1'))

/** What a person meets with our client, against real servers. `ask` runs asking.ts with this environment. */
export function tellHttpStory(ask: Ask): void {
  let folder = ''
  let authority: Certificate
  let server: Certificate
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cb-http-'))
    ;({ authority, server } = signed(folder, `DNS:${name}`, 'DNS:localhost', 'IP:127.0.0.1', 'IP:::1'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const atEnd = (work: () => Promise<void>) => onTestFinished(work)
  const caFile = () => ({ caFile: authority.file })

  /** A server with TLS; returns its origin at this host. */
  async function secureAt(answer: RequestListener, host = '127.0.0.1', shown = host, own = server): Promise<string> {
    return `https://${shown}:${await listening(createSecure(own, answer), atEnd, host)}`
  }

  /** A server that hands out its sockets. */
  async function rawAt(talk: (socket: Socket) => void): Promise<number> {
    const sockets = new Set<Socket>()
    const raw = createRaw((socket) => {
      sockets.add(socket.on('error', () => {}))
      talk(socket)
    })
    raw.listen(0, '127.0.0.1')
    await once(raw, 'listening')
    atEnd(async () => {
      for (const socket of sockets) socket.destroy()
      raw.close()
      await once(raw, 'close')
    })
    return (raw.address() as AddressInfo).port
  }

  /** What a server of plain http sends, word for word, as soon as the request has come. */
  async function saying(text: string, then: 'end' | 'wait' | 'reset' = 'end'): Promise<string> {
    const port = await rawAt((socket) => {
      socket.once('data', () => {
        if (then === 'end') socket.end(text)
        else if (then === 'wait') socket.write(text)
        else socket.write(text, () => socket.resetAndDestroy())
      })
    })
    return `http://127.0.0.1:${port}/`
  }

  describe('an exchange', () => {
    test('carries method, path, headers and form, and brings status, headers and body', async () => {
      const origin = await secureAt((request, response) => {
        let body = ''
        request.on('data', (part) => {
          body += part
        })
        request.on('end', () => {
          response.writeHead(201, { 'content-type': 'application/json', 'x-seen': request.headers['x-own'] ?? '' })
          const { host, 'content-type': type, 'content-length': length, 'user-agent': agent } = request.headers
          response.end(JSON.stringify({ method: request.method, url: request.url, host, type, length, agent, body }))
        })
      })
      const form = { grant_type: 'refresh_token', scope: 'a b', name: 'ü&=' }
      const outcome = await ask(
        { url: `${origin}/token?a=1#b`, method: 'POST', headers: { 'x-own': 'yes' }, form, options: caFile() },
        {},
      )
      expect(outcome).toMatchObject({ status: 201, headers: { 'content-type': 'application/json', 'x-seen': 'yes' } })
      const body = 'grant_type=refresh_token&scope=a+b&name=%C3%BC%26%3D'
      expect(JSON.parse('body' in outcome ? outcome.body : '{}')).toEqual({
        method: 'POST',
        url: '/token?a=1',
        host: new URL(origin).host,
        type: 'application/x-www-form-urlencoded;charset=UTF-8',
        length: `${body.length}`,
        agent: 'credbridge',
        body,
      })
    })

    test.each([301, 302, 303, 307, 308])('does not follow a redirect with status %i', async (status) => {
      const asked: string[] = []
      const origin = await secureAt((request, response) => {
        asked.push(request.url ?? '')
        response.writeHead(status, { location: '/elsewhere' }).end('moved')
      })
      const outcome = await ask({ url: `${origin}/here`, method: 'POST', body: 'x', options: caFile() }, {})
      expect(outcome).toMatchObject({ status, headers: { location: '/elsewhere' }, body: 'moved' })
      expect(asked).toEqual(['/here'])
    })

    test.each([
      [
        'a body in chunks',
        'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nt: 1\r\n\r\n',
        'abcde',
      ],
      ['a body that ends with the connection', 'HTTP/1.0 200 OK\r\n\r\nabcde', 'abcde'],
      ['a body of a given length', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabcde', 'abcde'],
      ['no body', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', ''],
      [
        'hints before the answer',
        'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na',
        'a',
      ],
    ])('takes %s', async (_, text, body) => {
      expect(await ask({ url: await saying(text) }, {})).toMatchObject({ status: 200, body })
    })

    test('takes an answer that ends without the end of the connection', async () => {
      const url = await saying('HTTP/1.1 204 No Content\r\n\r\n', 'wait')
      expect(await ask({ url }, {})).toMatchObject({ status: 204, body: '' })
    })

    test('takes a body of many parts up to the limit', async () => {
      const origin = await secureAt((_, response) => {
        for (let part = 0; part < 64; part++) response.write('x'.repeat(16_384))
        response.end()
      })
      const outcome = await ask({ url: origin, options: caFile() }, {})
      expect('body' in outcome ? outcome.body.length : outcome).toBe(1024 * 1024)
    })

    needs('IPv6 on loopback', hasIPv6)('over IPv6', () => {
      test('reaches the server', async () => {
        const origin = await secureAt((_, response) => response.end('six'), '::1', '[::1]')
        expect(await ask({ url: origin, options: caFile() }, {})).toMatchObject({ status: 200, body: 'six' })
      })
    })
  })

  describe('what goes wrong', () => {
    const cut = 'closed the connection before its answer was complete'
    const notHttp = 'is not HTTP'

    test.each([
      ['a connection that is cut in mid-body', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc', 'end', cut],
      ['a connection that is reset in mid-body', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc', 'reset', cut],
      [
        'a body whose last chunk is missing',
        'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n',
        'end',
        cut,
      ],
      ['no answer at all', '', 'end', cut],
      ['half a header', 'HTTP/1.1 200 OK\r\nx: ', 'end', cut],
      ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n', 'wait', notHttp],
      ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab', 'wait', notHttp],
      ['a length that is none', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nab', 'wait', notHttp],
      ['a chunk without a length', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n', 'wait', notHttp],
      ['endless headers', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`, 'wait', notHttp],
      ['too many bytes', `HTTP/1.1 200 OK\r\n\r\n${'y'.repeat(2_000_000)}`, 'wait', 'is too long'],
      [
        'too many bytes in chunks',
        `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1E8480\r\n${'y'.repeat(2_000_000)}`,
        'wait',
        'is too long',
      ],
      ['a length beyond the limit', 'HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n', 'wait', 'is too long'],
      [
        'silence after the headers',
        'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab',
        'wait',
        'did not answer within 0.5 seconds',
      ],
      ['silence', '', 'wait', 'did not answer within 0.5 seconds'],
    ] as const)('%s', async (_, text, then, says) => {
      const limit = says.startsWith('did') ? 500 : 15_000
      const url = await saying(text, then)
      const place = `127.0.0.1:${new URL(url).port}`
      const outcome = await ask({ url, options: { limit } }, {})
      expect(outcome).toMatchObject({ code: 'unavailable', message: expect.stringContaining(says) })
      expect(outcome).toMatchObject({ message: expect.stringContaining(place) })
    })

    test('a server that says nothing in the handshake is given up', async () => {
      const port = await rawAt(() => {})
      expect(await ask({ url: `https://127.0.0.1:${port}`, options: { limit: 500 } }, {})).toMatchObject({
        code: 'unavailable',
        message: `127.0.0.1:${port} did not answer within 0.5 seconds`,
      })
    })

    test('the caller can give up', async () => {
      const url = await saying('', 'wait')
      expect(await ask({ url, patience: 100 }, {})).toEqual({ thrown: 'AbortError' })
    })

    test('a caller that has given up does not ask, and leaves nothing running', async () => {
      const options = { limit: 3_600_000 }
      expect(await ask({ url: 'https://127.0.0.1:1', patience: 0, options }, {})).toEqual({ thrown: 'AbortError' })
    })

    test('nobody listens', async () => {
      const raw = createRaw().listen(0, '127.0.0.1')
      await once(raw, 'listening')
      const { port } = raw.address() as AddressInfo
      raw.close()
      await once(raw, 'close')
      expect(await ask({ url: `https://127.0.0.1:${port}` }, {})).toMatchObject({
        code: 'unavailable',
        message: `127.0.0.1:${port} accepts no connection`,
      })
    })

    test('a name that does not exist', async () => {
      expect(await ask({ url: 'https://nowhere.invalid' }, {})).toMatchObject({
        code: 'unavailable',
        message: expect.stringMatching(
          /^(no host has the name nowhere\.invalid|the name nowhere\.invalid cannot be looked up now)$/,
        ),
      })
    })

    test.each([
      ['http://idp.example.com/token', 'refused'],
      ['ftp://idp.example.com/token', 'refused'],
      ['idp.example.com', 'malformed'],
      ['https://', 'malformed'],
      [`https://alice:${password}@127.0.0.1/`, 'malformed'],
    ])('%s is not asked', async (url, code) => {
      const outcome = await ask({ url }, {})
      expect(outcome).toMatchObject({ code })
      expect(JSON.stringify(outcome)).not.toContain(password)
    })

    test('a header with a line break is not sent', async () => {
      const url = await saying('HTTP/1.1 200 OK\r\n\r\n')
      expect(await ask({ url, headers: { 'x-a': 'b\r\nx-c: d' } }, {})).toEqual({ thrown: 'TypeError' })
    })
  })

  describe('trust', () => {
    const answer: RequestListener = (_, response) => response.end('trusted')

    test.each(['http.ca-file', 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'])('an authority that %s names', async (by) => {
      const url = await secureAt(answer)
      const isSetting = by === 'http.ca-file'
      const outcome = await ask(
        { url, ...(isSetting ? { options: caFile() } : {}) },
        isSetting ? {} : { [by]: authority.file },
      )
      expect(outcome).toMatchObject({ status: 200, body: 'trusted' })
    })

    test('where only one file counts, no other authority does', async () => {
      const url = await secureAt(answer)
      const only = (file: string) => ({ url, options: { onlyCaFile: file } })
      expect(await ask(only(authority.file), {})).toMatchObject({ status: 200, body: 'trusted' })
      const other = selfSigned(join(folder, 'only'), 'IP:127.0.0.1')
      const others = { SSL_CERT_FILE: authority.file, NODE_EXTRA_CA_CERTS: authority.file }
      expect(await ask(only(other.file), others)).toMatchObject({
        code: 'unavailable',
        message: `an unknown authority made the certificate of ${new URL(url).host}`,
      })
    })

    test('an authority that nobody named is unknown', async () => {
      const url = await secureAt(answer)
      expect(await ask({ url }, {})).toMatchObject({
        code: 'unavailable',
        message: `an unknown authority made the certificate of ${new URL(url).host}`,
        hints: [expect.stringContaining('http.ca-file')],
      })
    })

    test('NODE_TLS_REJECT_UNAUTHORIZED changes nothing', async () => {
      const url = await secureAt(answer)
      expect(await ask({ url }, { NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toMatchObject({ code: 'unavailable' })
    })

    test('a certificate that is its own authority is trusted only by name', async () => {
      const own = selfSigned(join(folder, 'own'), 'IP:127.0.0.1')
      const url = await secureAt(answer, '127.0.0.1', '127.0.0.1', own)
      expect(await ask({ url, options: caFile() }, {})).toMatchObject({
        code: 'unavailable',
        message: `an unknown authority made the certificate of ${new URL(url).host}`,
      })
      expect(await ask({ url, options: { caFile: own.file } }, {})).toMatchObject({ status: 200, body: 'trusted' })
    })

    test.each(['signed', 'self-signed'])('a %s certificate for another name', async (kind) => {
      const to = join(folder, `other-${kind}`)
      const all = kind === 'signed' ? signed(to, 'DNS:other.example.com') : undefined
      const own = all?.server ?? selfSigned(to, 'DNS:other.example.com')
      const url = await secureAt(answer, '127.0.0.1', '127.0.0.1', own)
      expect(await ask({ url, options: { caFile: (all?.authority ?? own).file } }, {})).toMatchObject({
        code: 'unavailable',
        message: `the certificate of ${new URL(url).host} has another name`,
      })
    })

    test.each([
      [2020, 'has expired'],
      [2049, 'is not valid yet'],
    ])('a certificate for the year %i', async (year, says) => {
      const other = signedInYear(join(folder, `${year}`), year, 'IP:127.0.0.1')
      const url = await secureAt(answer, '127.0.0.1', '127.0.0.1', other.server)
      expect(await ask({ url, options: { caFile: other.authority.file } }, {})).toMatchObject({
        code: 'unavailable',
        message: `the certificate of ${new URL(url).host} ${says}`,
      })
    })

    test.each(['missing', 'empty', 'broken'])('an authority whose file is %s', async (state) => {
      const file = join(folder, `${state}.pem`)
      const block = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
      if (state !== 'missing') writeFileSync(file, state === 'empty' ? '\n' : block)
      const url = await secureAt(answer)
      const words = { missing: 'does not exist', empty: 'has no certificate', broken: 'cannot be read' }
      for (const by of ['http.ca-file', 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS']) {
        // A list of the system may have certificates that we cannot read: the others count.
        if (state === 'broken' && by === 'SSL_CERT_FILE') continue
        const isSetting = by === 'http.ca-file'
        const options = isSetting ? { options: { caFile: file } } : {}
        expect(await ask({ url, ...options }, isSetting ? {} : { [by]: file })).toMatchObject({
          code: 'unavailable',
          message: expect.stringMatching(new RegExp(`^${by} names ${file}, .*${words[state as keyof typeof words]}`)),
        })
      }
    })

    test('TLS 1.1 is too old', async () => {
      const old = { ...server, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
      const url = `https://127.0.0.1:${await listening(createSecure(old, answer), atEnd)}`
      expect(await ask({ url, options: caFile() }, {})).toMatchObject({
        code: 'unavailable',
        message: `${new URL(url).host} makes no secure connection that credbridge accepts`,
      })
    })

    test('TLS 1.2 is enough', async () => {
      const older = { ...server, maxVersion: 'TLSv1.2' } as const
      const url = `https://localhost:${await listening(createSecure(older, answer), atEnd)}`
      expect(await ask({ url, options: caFile() }, {})).toMatchObject({ status: 200, body: 'trusted' })
    })
  })

  describe('a proxy', () => {
    interface Proxy {
      readonly port: number
      /** What it was asked for, with how we signed in. */
      readonly asked: string[]
    }

    /** Makes tunnels to the one server behind it, for whoever signs in. */
    async function proxyTo(origin: string, isSecure = false): Promise<Proxy> {
      const asked: string[] = []
      const port = await startProxy(isSecure ? createSecure(server) : createPlain(), atEnd, (request) => {
        const { 'proxy-authorization': signIn, host } = request.headers
        asked.push(`${request.method} ${request.url} ${host} ${signIn ?? '-'}`)
        const good = `Basic ${Buffer.from(`alice:${password}`).toString('base64')}`
        if (signIn !== good) return 'HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n'
        if (!`${request.url}`.startsWith(name)) return 'HTTP/1.1 403 Forbidden\r\n\r\n'
        return Number(new URL(origin).port)
      })
      return { port, asked }
    }

    const answer: RequestListener = (request, response) => response.end(`${request.headers.host} ${request.url}`)
    const url = `https://${name}/token`

    test.each(['HTTPS_PROXY', 'https_proxy'])('that %s names is used, with its sign-in', async (variable) => {
      const { port, asked } = await proxyTo(await secureAt(answer))
      const env = { [variable]: `http://alice:${password}@127.0.0.1:${port}` }
      expect(await ask({ url, options: caFile() }, env)).toMatchObject({ status: 200, body: `${name} /token` })
      const signIn = `Basic ${Buffer.from(`alice:${password}`).toString('base64')}`
      expect(asked).toEqual([`CONNECT ${name}:443 ${name}:443 ${signIn}`])
    })

    test('is used over TLS too', async () => {
      const { port } = await proxyTo(await secureAt(answer), true)
      const env = { HTTPS_PROXY: `https://alice:${password}@127.0.0.1:${port}` }
      expect(await ask({ url, options: caFile() }, env)).toMatchObject({ status: 200, body: `${name} /token` })
      expect(await ask({ url }, env)).toMatchObject({
        message: `an unknown authority made the certificate of 127.0.0.1:${port}`,
      })
    })

    test('is not asked for a loopback host', async () => {
      const origin = await secureAt(answer)
      const { port, asked } = await proxyTo(origin)
      const outcome = await ask({ url: origin, options: caFile() }, { HTTPS_PROXY: `http://127.0.0.1:${port}` })
      expect(outcome).toMatchObject({ status: 200 })
      expect(asked).toEqual([])
    })

    test('that wants another sign-in, or forbids the host, says so without the password', async () => {
      const { port } = await proxyTo(await secureAt(answer))
      const proxied = (user: string) => ({ HTTPS_PROXY: `http://${user}@127.0.0.1:${port}` })
      const refused = await ask({ url, options: caFile() }, proxied(`bob:${password}`))
      expect(refused).toMatchObject({
        code: 'unavailable',
        message: `the proxy 127.0.0.1:${port} wants another sign-in`,
      })
      expect(JSON.stringify(refused)).not.toContain(password)
      const forbidden = await ask({ url: 'https://other.example.com' }, proxied(`alice:${password}`))
      expect(forbidden).toMatchObject({
        code: 'unavailable',
        message: `the proxy 127.0.0.1:${port} refuses the connection with status 403`,
      })
    })

    test('that is no proxy, or is not there', async () => {
      const port = await rawAt((socket) => socket.once('data', () => socket.write('SSH-2.0-OpenSSH_9.9\r\n')))
      expect(await ask({ url }, { HTTPS_PROXY: `127.0.0.1:${port}` })).toMatchObject({
        code: 'unavailable',
        message: `the answer of 127.0.0.1:${port} is not HTTP`,
      })
      expect(await ask({ url }, { HTTPS_PROXY: '127.0.0.1:1' })).toMatchObject({
        code: 'unavailable',
        message: '127.0.0.1:1 accepts no connection',
      })
    })

    test.each([
      [`http://alice:${password}@`, 'malformed'],
      [`http://alice:%zz${password}@127.0.0.1`, 'malformed'],
      [`socks5://alice:${password}@127.0.0.1:1080`, 'unsupported'],
    ])('whose address is %s is a failure', async (address, code) => {
      const outcome = await ask({ url }, { HTTPS_PROXY: address })
      expect(outcome).toMatchObject({ code, message: expect.stringContaining('HTTPS_PROXY') })
      expect(JSON.stringify(outcome)).not.toContain(password)
    })

    test('cannot show another certificate in the tunnel', async () => {
      const evil = selfSigned(join(folder, 'evil'), `DNS:${name}`)
      const port = await listening(createSecure(evil, answer), atEnd)
      const proxy = await proxyTo(`https://127.0.0.1:${port}`)
      const env = { HTTPS_PROXY: `http://alice:${password}@127.0.0.1:${proxy.port}` }
      expect(await ask({ url, options: caFile() }, env)).toMatchObject({
        code: 'unavailable',
        message: `an unknown authority made the certificate of ${name}:443`,
      })
    })
  })

  test('a server that ends the handshake', async () => {
    const tls = createTls({ ...server, requestCert: true, rejectUnauthorized: true }, (socket) => socket.end())
    tls.on('tlsClientError', () => {})
    tls.listen(0, '127.0.0.1')
    await once(tls, 'listening')
    atEnd(async () => {
      tls.close()
      await once(tls, 'close')
    })
    const { port } = tls.address() as AddressInfo
    expect(await ask({ url: `https://127.0.0.1:${port}`, options: caFile() }, {})).toMatchObject({
      code: 'unavailable',
    })
  })
}
