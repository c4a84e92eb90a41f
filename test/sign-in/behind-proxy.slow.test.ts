import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { signed } from '../real/certificate.ts'
import { built } from '../real/commands.ts'
import { listening } from '../real/listening.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { type SignInWorld, startSignInWorld } from './sign-in-world.ts'
import { standIn } from './stand-in.ts'

/* A sign-in, a renewal and a sign-out at a provider that only a proxy reaches, and whose authority only we know. */

const at = 'https://git.example.com'

needs('the build (npm run build)', built)('built', () => {
  needsPrograms('openssl')('with a private authority', () => {
    test('everything goes through the proxy', async () => {
      const { world, asked, tunnels, file } = await start()
      world.settings(settings(`\n[http]\nca-file = "${file}"\n`))
      expect(await signIn(world)).toMatchObject({
        exitCode: 0,
        stderr: expect.stringContaining(`signed in at ${at} as ann`),
      })
      const question = `protocol=https\nhost=git.example.com\n`
      const get = () => world.run('git-credential-credbridge', ['get'], { input: `${question}\n`, more: world.proxy })
      expect((await get()).stdout).toContain('\npassword=at1\n')
      const refused = `${question}username=oauth2\npassword=at1\n\n`
      await world.run('git-credential-credbridge', ['erase'], { input: refused, more: world.proxy })
      expect((await get()).stdout).toContain('\npassword=at2\n')
      expect(await world.run('credbridge', ['logout', at], { more: world.proxy })).toMatchObject({ exitCode: 0 })
      const posts = asked.map(({ line }) => line).filter((line) => line.startsWith('POST'))
      expect(posts).toEqual(['POST /oauth/token', 'POST /oauth/token', 'POST /oauth/revoke', 'POST /oauth/revoke'])
      expect(new Set(tunnels)).toEqual(new Set(['git.example.com:443']))
    })

    test('an authority that nobody named signs nobody in', async () => {
      const { world, asked, tunnels } = await start()
      world.settings(settings(''))
      expect(await world.run('credbridge', ['login', at], { more: world.proxy })).toMatchObject({
        exitCode: 2,
        stderr: expect.stringMatching(/certificate/),
      })
      expect([asked, tunnels.length > 0]).toEqual([[], true])
    })
  })
})

function settings(more: string): string {
  return `store = "vault"\n[sign-in."${at}"]\nclient-id = "mine"\n${more}`
}

/** GitLab, behind TLS and a proxy. */
async function start() {
  let issued = 0
  const { base, asked } = await standIn({
    '/api/v4/version': { status: 401, body: { message: '401 Unauthorized' } },
    '/api/v4/user': { body: { username: 'ann' } },
    '/oauth/token': () => {
      issued++
      const tokens = { access_token: `at${issued}`, refresh_token: `rt${issued}` }
      return { body: { ...tokens, token_type: 'bearer', expires_in: 7200 } }
    },
    '/oauth/revoke': { body: {} },
  })
  const world = await startSignInWorld()
  const { authority, server } = signed(world.session.folder, 'DNS:git.example.com')
  const open = new Set<Socket>()
  const piped = (socket: Socket, port: number) => {
    const other = connect(port, '127.0.0.1')
    for (const one of [socket, other]) {
      open.add(one)
      one.on('error', () => {})
    }
    socket.pipe(other).pipe(socket)
  }
  const tls = createTlsServer({ key: server.key, cert: server.cert }, (socket) =>
    piped(socket, Number(new URL(base).port)),
  )
  tls.on('tlsClientError', () => {})
  tls.listen(0, '127.0.0.1')
  await once(tls, 'listening')
  const { port: tlsPort } = tls.address() as AddressInfo
  const tunnels: string[] = []
  const proxy = createServer()
  proxy.on('connect', (request, socket: Socket) => {
    tunnels.push(request.url ?? '')
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    piped(socket, tlsPort)
  })
  const port = await listening(proxy, onTestFinished)
  onTestFinished(() => {
    for (const socket of open) socket.destroy()
    tls.close()
  })
  const behind = { ...world, proxy: { HTTPS_PROXY: `http://127.0.0.1:${port}` } }
  return { world: behind, asked, tunnels, file: authority.file }
}

type Behind = SignInWorld & { readonly proxy: { readonly HTTPS_PROXY: string } }

async function signIn(world: Behind) {
  const running = world.run('credbridge', ['login', at], { more: { ...world.withBrowser, ...world.proxy } })
  const { searchParams } = new URL(await world.shown())
  await fetch(`${searchParams.get('redirect_uri')}/?code=c&state=${searchParams.get('state')}`)
  return running
}
