import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { atEndOfSuite } from '../real/at-end.ts'
import { signed } from '../real/certificate.ts'
import { built } from '../real/commands.ts'
import { freePort } from '../real/free-port.ts'
import { needsOpenbao, type Openbao, startOpenbao } from '../real/openbao.ts'
import { startProxy } from '../real/proxy.ts'
import { needs, programOnPath } from '../real/require.ts'
import { startSignInWorld } from '../sign-in/sign-in-world.ts'
import { executable, needsExecutable } from '../standalone/executable.ts'

/* A company's network: only its proxy leads to the server, whose certificate is of the company's own authority. */

const proxyPassword = 'sentinel-proxy-4711'

needs('the build (npm run build)', built)('built', () => {
  needs('openssl', programOnPath('openssl') !== undefined)('with openssl', () => {
    needsOpenbao('OpenBao behind a proxy', () => {
      let bao: Openbao
      let address: string
      let caFile: string
      let password: string
      let proxy: number
      const asked: string[] = []
      const atEnd = atEndOfSuite()
      beforeAll(async () => {
        const folder = mkdtempSync(join(tmpdir(), 'cb-proxy-'))
        atEnd(async () => rmSync(folder, { recursive: true, force: true }))
        caFile = signed(folder, 'DNS:bao.example.com').authority.file
        const port = await freePort()
        address = `https://bao.example.com:${port}`
        bao = await startOpenbao(atEnd, { port, folder: join(folder, 'server') })
        ;({ password } = await bao.person('ann'))
        proxy = await startProxy(createServer(), atEnd, ({ url = '', headers }) => {
          asked.push(url)
          const good = `Basic ${Buffer.from(`ann:${proxyPassword}`).toString('base64')}`
          if (headers['proxy-authorization'] !== good) return 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'
          return url === `bao.example.com:${port}` ? port : 'HTTP/1.1 403 Forbidden\r\n\r\n'
        })
      })

      /** Signs in by the proxy, and keeps and gets a secret by it. */
      async function works(): Promise<void> {
        const world = await startSignInWorld()
        world.settings('')
        asked.length = 0
        const behind = { HTTPS_PROXY: `http://ann:${proxyPassword}@127.0.0.1:${proxy}` }
        const login = (more: Record<string, string>, ...words: readonly string[]) => {
          const all = ['openbao', 'login', '--address', address, '--method', 'userpass', '--user', 'ann', ...words]
          return world.run('credbridge', all, { input: password, more })
        }
        expect(await login(behind)).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining('an unknown authority made the certificate of bao.example.com'),
        })
        const wrong = await login({ HTTPS_PROXY: `http://ann:wrong@127.0.0.1:${proxy}` }, '--ca-file', caFile)
        expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('wants another sign-in') })
        expect(await login(behind, '--ca-file', caFile)).toMatchObject({ exitCode: 0 })
        expect(await world.run('credbridge', ['use', 'openbao'], { more: behind })).toMatchObject({ exitCode: 0 })
        const git = (verb: string, more: Record<string, string>, input = '') =>
          world.run('git-credential-credbridge', [verb], {
            input: `protocol=https\nhost=git.example.com\n${input}\n`,
            more,
          })
        expect(await git('store', behind, 'username=ann\npassword=s3cret\n')).toMatchObject({ exitCode: 0, stderr: '' })
        const got = 'username=ann\npassword=s3cret\n'
        expect((await git('get', behind)).stdout).toBe(got)
        expect((await git('get', { BAO_PROXY_ADDR: behind.HTTPS_PROXY })).stdout).toBe(got)
        expect(new Set(asked)).toEqual(new Set([new URL(address).host]))
        const count = asked.length
        expect(count).toBeGreaterThan(6)
        // Nothing else leads to that name.
        expect((await git('get', { ...behind, NO_PROXY: 'example.com' })).stdout).toBe('')
        expect(asked).toHaveLength(count)
      }

      test('works on Node', works)

      needsExecutable('by the native executable', () => {
        test('works', async () => {
          vi.stubEnv('CREDBRIDGE_TEST_STANDALONE', executable)
          onTestFinished(() => void vi.unstubAllEnvs())
          await works()
        })
      })
    })
  })
})
