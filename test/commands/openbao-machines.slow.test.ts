import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { atEndOfSuite } from '../real/at-end.ts'
import { selfSigned } from '../real/certificate.ts'
import { built } from '../real/commands.ts'
import { listening } from '../real/listening.ts'
import { needsOpenbao, type Openbao, personPolicy, startOpenbao, teamPolicy } from '../real/openbao.ts'
import { needs, programOnPath } from '../real/require.ts'
import { type SignInWorld, startSignInWorld } from '../sign-in/sign-in-world.ts'

/* Machines without a person: a pod of Kubernetes, and a job that only reads. The server is real. */

const at = 'https://registry.example.com'
const teamsPlace = ['--place', 'teams/platform']
const readingPolicy = [
  'path "secret/data/teams/platform/*" { capabilities = ["read"] }',
  'path "secret/metadata/teams/platform/*" { capabilities = ["list"] }',
].join('\n')

needs('the build (npm run build)', built)('built', () => {
  needsOpenbao('OpenBao and machines', () => {
    let bao: Openbao
    const atEnd = atEndOfSuite()
    beforeAll(async () => {
      bao = await startOpenbao(atEnd)
      await bao.ask('POST', 'sys/auth/approle', { type: 'approle' })
      await bao.ask('POST', 'sys/policies/acl/reads', { policy: readingPolicy })
      await bao.ask('POST', 'sys/policies/acl/writes', { policy: teamPolicy })
    })

    async function machine(settings = ''): Promise<SignInWorld> {
      const world = await startSignInWorld()
      world.settings(settings)
      return world
    }

    const login = (world: SignInWorld, input: string, ...words: readonly string[]) =>
      world.run('credbridge', ['openbao', 'login', '--address', bao.address, ...words], { input })

    /** A machine that has signed in by AppRole with these policies. */
    async function signedIn(role: string, policies: readonly string[], world: SignInWorld): Promise<void> {
      await bao.ask('POST', `auth/approle/role/${role}`, { token_policies: policies, token_ttl: '20m' })
      const { data: named } = await bao.ask('GET', `auth/approle/role/${role}/role-id`)
      const { data: secret } = await bao.ask('POST', `auth/approle/role/${role}/secret-id`)
      const words = [...teamsPlace, '--method', 'approle', '--role-id', named.role_id]
      expect(await login(world, secret.secret_id, ...words)).toMatchObject({ exitCode: 0 })
    }

    needs('openssl', programOnPath('openssl') !== undefined)('kubernetes', () => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      let reviewed: string[]
      beforeAll(async () => {
        // A stand-in for the API server of a cluster, as far as the real sign-in method of OpenBao asks it.
        const folder = mkdtempSync(join(tmpdir(), 'cb-pods-'))
        atEnd(async () => rmSync(folder, { recursive: true, force: true }))
        const own = selfSigned(folder, 'IP:127.0.0.1')
        const cluster = createServer(own, (request, response) => {
          let text = ''
          request.on('data', (part) => {
            text += part
          })
          request.on('end', () => {
            const { token } = JSON.parse(text).spec
            reviewed.push(`${request.method} ${request.url} ${request.headers.authorization}`)
            const user = { username: 'system:serviceaccount:builds:runner', uid: 'uid-7' }
            const status =
              token === serviceAccountToken(privateKey) ? { authenticated: true, user, audiences: ['bao'] } : {}
            const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status }
            response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(review))
          })
        })
        const port = await listening(cluster, atEnd)
        await bao.ask('POST', 'sys/auth/kubernetes', { type: 'kubernetes' })
        await bao.ask('POST', 'auth/kubernetes/config', {
          kubernetes_host: `https://127.0.0.1:${port}`,
          kubernetes_ca_cert: own.cert.toString(),
          token_reviewer_jwt: 'reviewer',
          disable_local_ca_jwt: true,
        })
        await bao.ask('POST', 'auth/kubernetes/role/builds', {
          bound_service_account_names: ['runner'],
          bound_service_account_namespaces: ['builds'],
          audience: 'bao',
          token_policies: ['writes'],
          token_ttl: '20m',
        })
      })
      beforeEach(() => {
        reviewed = []
      })

      test("a pod signs in with its service account's token, which the cluster reviews", async () => {
        const world = await machine()
        const file = join(world.session.folder, 'token')
        writeFileSync(file, serviceAccountToken(privateKey))
        const words = [...teamsPlace, '--method', 'kubernetes', '--jwt-file', file]
        expect((await login(world, '', ...words, '--role', 'builds')).stderr).toContain('signed in at')
        expect(reviewed).toEqual(['POST /apis/authentication.k8s.io/v1/tokenreviews Bearer reviewer'])
        expect((await world.credbridge('openbao', 'status')).stdout).toMatch(/^known as +kubernetes-builds-runner$/m)
        expect(await world.credbridge('use', 'openbao')).toMatchObject({ exitCode: 0 })
        expect(await world.set(at, 'deploy', 's3cret')).toMatchObject({ exitCode: 0 })
        expect((await world.credbridge('get', at)).stdout).toBe('s3cret\n')
      })

      test('a token that the cluster does not know, no role, and no token are said', async () => {
        const world = await machine()
        const file = join(world.session.folder, 'token')
        writeFileSync(file, serviceAccountToken(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey))
        const by = ['--method', 'kubernetes', '--jwt-file']
        expect(await login(world, '', ...by, file, '--role', 'builds')).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining('refuses the sign-in by kubernetes at auth/kubernetes'),
        })
        expect(reviewed).toHaveLength(1)
        expect(await login(world, '', ...by, file)).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining('this way to sign in needs --role'),
        })
        expect(await login(world, '', ...by, `${file}-of-nobody`, '--role', 'builds')).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining('which has the JWT, does not exist'),
        })
      })
    })

    test('one that may only read gets what is there, and doctor has a note, nothing wrong', async () => {
      const writer = await machine()
      await signedIn('writer', ['writes'], writer)
      await writer.credbridge('use', 'openbao')
      await writer.set(at, 'deploy', 's3cret')
      const reader = await machine(
        `store = "openbao"\n[openbao]\naddress = "${bao.address}"\nplaces = ["teams/platform"]\n`,
      )
      await signedIn('reader', ['reads'], reader)
      expect((await reader.credbridge('get', at)).stdout).toBe('s3cret\n')
      const { stdout } = await reader.credbridge('doctor')
      expect(stdout).toMatch(/^note +openbao: can be read here and not written: .* does not permit this token/m)
      expect(stdout).toContain("ask for a policy that permits update on 'secret/metadata/teams/platform/*'")
      expect(stdout).not.toMatch(/^WRONG +openbao/m)
      await bao.ask('POST', 'sys/policies/acl/reads', { policy: 'path "nothing" { capabilities = ["read"] }' })
      onTestFinished(async () => void (await bao.ask('POST', 'sys/policies/acl/reads', { policy: readingPolicy })))
      expect((await reader.credbridge('doctor')).stdout).toMatch(/^WRONG +openbao: .* does not permit this token/m)
    })

    describe('what does not travel', () => {
      test('a command that prints a secret is not kept on the server, also not by a move', async () => {
        const world = await machine()
        await world.credbridge('use', 'vault')
        const minted = ['https://minted.example.com', 'ann', '--command', '/bin/echo printed', '--lasts', '1h']
        expect(await world.credbridge('set', ...minted)).toMatchObject({ exitCode: 0 })
        await signedIn('mover', ['writes'], world)
        expect(await world.credbridge('move', '--all', '--to', 'openbao')).toMatchObject({
          exitCode: 2,
          stderr: expect.stringMatching(/^stays: .*: the openbao store keeps no command that prints a secret$/m),
        })
        expect((await world.credbridge('get', 'https://minted.example.com')).stdout).toBe('printed\n')
        expect(await world.credbridge('use', 'openbao')).toMatchObject({ exitCode: 0 })
        expect(await world.credbridge('set', ...minted)).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining('name a store of it first in the settings: stores = ["vault", "openbao"]'),
        })
        world.settings(
          `stores = ["vault", "openbao"]\n[openbao]\naddress = "${bao.address}"\nplaces = ["teams/platform"]\n`,
        )
        expect(await world.credbridge('set', ...minted)).toMatchObject({ exitCode: 0 })
        expect((await world.credbridge('get', 'https://minted.example.com')).stdout).toBe('printed\n')
      })
    })

    test('receive tries the store that the save will settle on before it opens the token', async () => {
      const { password } = await bao.person('ann', personPolicy)
      const ann = await machine()
      const words = ['--method', 'userpass', '--user', 'ann']
      expect(await login(ann, password, ...words)).toMatchObject({ exitCode: 0 })
      await ann.credbridge('use', 'openbao')
      await ann.set(at, 'ann', 'for bob')
      const { stdout: token } = await ann.credbridge('send', at)
      const bob = await machine(`[openbao]\naddress = "${bao.address}"\n`)
      const receive = (more: Record<string, string>) =>
        bob.run('credbridge', ['receive', '--yes'], { input: token, more: { BAO_TOKEN: bao.root, ...more } })
      // No vault can be made there: nothing can be kept, and the token is still whole.
      expect(await receive({ XDG_DATA_HOME: '/dev/null/nowhere' })).toMatchObject({ exitCode: 2 })
      expect(await receive({})).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(`kept ann at ${at}\n`) })
      expect((await bob.credbridge('get', at)).stdout).toBe('for bob\n')
    })
  })
})

/** As a pod of the account `runner` in the namespace `builds` has it. The same for the same key. */
function serviceAccountToken(key: KeyObject): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const account = { namespace: 'builds', serviceaccount: { name: 'runner', uid: 'uid-7' } }
  const claims = {
    aud: ['bao'],
    sub: 'system:serviceaccount:builds:runner',
    nbf: 1_577_836_800,
    exp: 4_102_444_800,
    'kubernetes.io': account,
  }
  const body = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`
  return `${body}.${createSign('RSA-SHA256').update(body).sign(key).toString('base64url')}`
}
