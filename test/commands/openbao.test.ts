import { createSign, generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished } from 'vitest'
import { serviceName } from '../../src/core/endpoint.ts'
import { entryName } from '../../src/stores/openbao/document.ts'
import { atEndOfSuite } from '../real/at-end.ts'
import { built } from '../real/commands.ts'
import { thorough, usual, usually } from '../real/depth.ts'
import { browse } from '../real/form-browser.ts'
import { startOidcProvider } from '../real/oidc-provider.ts'
import { needsOpenbao, type Openbao, personPolicy, startOpenbao, teamPolicy } from '../real/openbao.ts'
import { needs } from '../real/require.ts'
import { expectToStop, withoutProc } from '../real/stopping.ts'
import { type SignInWorld, startSignInWorld } from '../sign-in/sign-in-world.ts'

/* A person's commands for OpenBao, and clients through it, with a real server. */

const at = 'https://git.example.com'

needs('the build (npm run build)', built)('built', () => {
  needsOpenbao('OpenBao', () => {
    let bao: Openbao
    const atEnd = atEndOfSuite()
    beforeAll(async () => {
      bao = await startOpenbao(atEnd)
    })

    /** A machine with a vault of its own, on which nobody has signed in. */
    async function machine(settings = ''): Promise<SignInWorld> {
      const world = await startSignInWorld()
      world.settings(settings)
      return world
    }

    /** A machine on which this person has signed in and uses the server. */
    async function machineOf(name: string, policy?: string): Promise<SignInWorld> {
      const { password } = await bao.person(name, policy)
      const world = await machine()
      const words = ['--address', bao.address, '--method', 'userpass', '--user', name]
      expect(await login(world, password, ...words, '--place', 'people/{me}', 'teams/platform')).toMatchObject({
        exitCode: 0,
      })
      expect(await world.credbridge('use', 'openbao')).toMatchObject({
        exitCode: 0,
        stderr: 'secrets are now kept in the openbao store\n',
      })
      return world
    }

    const login = (world: SignInWorld, input: string, ...words: readonly string[]) =>
      world.run('credbridge', ['openbao', 'login', ...words], { input })
    const kept = (world: SignInWorld) =>
      JSON.parse(readFileSync(join(world.env['XDG_STATE_HOME'] ?? '', 'credbridge', 'openbao-login'), 'utf8'))
    const git = (world: SignInWorld, verb: string, more = '') =>
      world.run('git-credential-credbridge', [verb], { input: `protocol=https\nhost=git.example.com\n${more}\n` })

    usually(describe)('use', () => {
      usual('says what is missing: an address, a token, a policy, an engine of version 2', async () => {
        const world = await machine()
        const { token } = await bao.person('ann')
        const use = (more: Record<string, string>, ...words: readonly string[]) =>
          world.run('credbridge', ['use', 'openbao', ...words], { more })
        expect(await use({})).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining(
            'no OpenBao server is named\nhint: to name it: credbridge use openbao --address <url>',
          ),
        })
        expect(await use({}, '--address', bao.address)).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining(`hint: to sign in: credbridge openbao login --address ${bao.address}\n`),
        })
        const may = { BAO_TOKEN: token }
        expect(await use(may, '--address', bao.address, '--place', 'teams/platform')).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining(
            "hint: ask for a policy that permits update on 'secret/metadata/teams/platform/*'\n",
          ),
        })
        await bao.ask('POST', 'sys/mounts/old', { type: 'kv', options: { version: '1' } })
        expect(
          await use({ BAO_TOKEN: bao.root }, '--address', bao.address, '--mount', 'old', '--place', 'x'),
        ).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining('the mount old is not a KV engine of version 2'),
        })
        const file = join(world.env['XDG_CONFIG_HOME'] ?? '', 'credbridge', 'config.toml')
        expect(readFileSync(file, 'utf8')).toBe('')
        expect(await use(may, '--address', bao.address, '--mount', 'secret')).toMatchObject({
          exitCode: 0,
          stderr: 'secrets are now kept in the openbao store\n',
        })
        expect(readFileSync(file, 'utf8')).toBe(`[openbao]\naddress = "${bao.address}"\nmount = "secret"\n`)
        expect(await use(may, '--address', bao.address)).toMatchObject({ exitCode: 0 })
        expect(await use(may, '--mount', 'other')).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining('the settings file has another mount of the OpenBao server'),
        })
        expect(await world.credbridge('use', 'vault', '--mount', 'secret')).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining('the vault store has no --mount'),
        })
      })
    })

    describe('login', () => {
      usual(
        'userpass: the token is in the vault of this machine, in no file and no list, and goes nowhere else',
        async () => {
          const world = await machineOf('carol')
          const { store, words, expires } = kept(world)
          expect([store, words]).toEqual(['vault', ['--method', 'userpass', '--user', 'carol']])
          expect(expires).toBeGreaterThan(Date.now())
          expect(statSync(join(world.env['XDG_STATE_HOME'] ?? '', 'credbridge', 'openbao-login')).mode & 0o777).toBe(
            0o600,
          )
          expect(await world.run('credbridge', ['list'], { more: { CREDBRIDGE_STORE: 'vault' } })).toMatchObject({
            stdout: '',
          })
          expect((await world.credbridge('openbao', 'status')).stdout).toMatch(
            /^token +the sign-in\nkept in +vault\nrenewed +by .*\nknown as +userpass-carol$/m,
          )
          world.settings(`[openbao]\naddress = "${bao.address}"\nnamespace = "other"\n`)
          expect(await world.credbridge('get', at)).toMatchObject({
            exitCode: 2,
            stderr: expect.stringContaining('there is no token for'),
          })
        },
      )

      thorough('a wrong password, a way that is not there, a way that nobody knows', async () => {
        const world = await machine()
        await bao.person('dora')
        const words = ['--address', bao.address]
        expect(await login(world, 'wrong', ...words, '--method', 'userpass', '--user', 'dora')).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining('refuses the sign-in by userpass at auth/userpass'),
        })
        expect(await login(world, 'x', ...words, '--method', 'ldap', '--user', 'dora')).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining('ldap'),
        })
        for (const elsewhere of ['remote', 'openbao']) {
          const [way, store] = [
            ['--method', 'userpass', '--user', 'dora'],
            ['--keep-in', elsewhere],
          ]
          expect(await login(world, 'x', ...words, ...way, ...store)).toMatchObject({
            exitCode: 2,
            stderr: expect.stringContaining('the token must be kept on this machine'),
          })
        }
        expect(await login(world, 'x', ...words, '--method', 'aprole')).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining('hint: did you mean approle\n'),
        })
        expect(existsSync(join(world.env['XDG_STATE_HOME'] ?? '', 'credbridge', 'openbao-login'))).toBe(false)
      })

      thorough('approle: a machine of CI, whose secret ID is read from standard input', async () => {
        await bao.ask('POST', 'sys/auth/approle', { type: 'approle' })
        await bao.ask('POST', 'sys/policies/acl/ci', { policy: teamPolicy })
        await bao.ask('POST', 'auth/approle/role/ci', { token_policies: ['ci'], token_ttl: '20m' })
        const { data: role } = await bao.ask('GET', 'auth/approle/role/ci/role-id')
        const { data: secret } = await bao.ask('POST', 'auth/approle/role/ci/secret-id')
        const world = await machine()
        const words = [
          '--address',
          bao.address,
          '--place',
          'teams/platform',
          '--method',
          'approle',
          '--role-id',
          role.role_id,
        ]
        expect(await login(world, `${secret.secret_id}\n`, ...words)).toMatchObject({ exitCode: 0 })
        expect(await world.credbridge('use', 'openbao')).toMatchObject({ exitCode: 0 })
        expect(await world.set('https://ci.example.com', 'deploy', 's3cret')).toMatchObject({ exitCode: 0 })
        expect((await world.credbridge('get', 'https://ci.example.com')).stdout).toBe('s3cret\n')
        expect(JSON.stringify(kept(world))).not.toContain(secret.secret_id)
      })

      thorough('jwt: a token of CI, from a file', async () => {
        const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
        await bao.ask('POST', 'sys/auth/jwt', { type: 'jwt' })
        await bao.ask('POST', 'auth/jwt/config', {
          jwt_validation_pubkeys: [publicKey.export({ type: 'spki', format: 'pem' })],
        })
        await bao.ask('POST', 'sys/policies/acl/jobs', { policy: teamPolicy })
        await bao.ask('POST', 'auth/jwt/role/jobs', {
          role_type: 'jwt',
          user_claim: 'sub',
          bound_audiences: ['bao'],
          token_policies: ['jobs'],
        })
        const now = Math.floor(Date.now() / 1000)
        const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
        const body = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ sub: 'job 7', aud: 'bao', iat: now, nbf: now, exp: now + 600 })}`
        const world = await machine()
        const file = join(world.session.folder, 'jwt')
        writeFileSync(file, `${body}.${createSign('RSA-SHA256').update(body).sign(privateKey).toString('base64url')}\n`)
        const words = [
          '--address',
          bao.address,
          '--place',
          'teams/platform',
          '--method',
          'jwt',
          '--role',
          'jobs',
          '--jwt-file',
          file,
        ]
        expect(await login(world, '', ...words)).toMatchObject({
          exitCode: 0,
          stderr: expect.stringContaining('signed in at'),
        })
        expect((await world.credbridge('openbao', 'status')).stdout).toMatch(/^known as +jwt-job 7$/m)
      })

      thorough('oidc: a browser signs in at a real provider', async () => {
        const provider = await startOidcProvider()
        try {
          await bao.ask('POST', 'sys/auth/oidc', { type: 'oidc' })
          await bao.ask('POST', 'auth/oidc/config', {
            oidc_discovery_url: provider.issuer,
            oidc_client_id: 'openbao',
            oidc_client_secret: 'secret-of-openbao',
            default_role: 'people',
          })
          await bao.person('erin')
          await bao.ask('POST', 'auth/oidc/role/people', {
            user_claim: 'sub',
            allowed_redirect_uris: ['http://localhost:8250/oidc/callback'],
            token_policies: ['erin'],
          })
          const world = await machine()
          const running = world.run('credbridge', ['openbao', 'login', '--address', bao.address], {
            more: world.withBrowser,
          })
          expect(await browse(await world.shown(), { account: 'erin' })).toMatchObject({ status: 200 })
          expect(await running).toMatchObject({
            exitCode: 0,
            stderr: expect.stringContaining(`signed in at ${bao.address}`),
          })
          expect((await world.credbridge('openbao', 'status')).stdout).toMatch(/^known as +oidc-erin$/m)
          if (process.getuid?.() !== 0) return
          const other = await machine()
          const words = withoutProc('credbridge', 'openbao', 'login', '--address', bao.address)
          const asked = { by: 'src/stores/openbao/commands/oidc.ts', question: 'with the browser yourself? [y/N] ' }
          await Promise.all([
            expectToStop(other, { ...asked, command: 'unshare', words, more: other.withBrowser }),
            other.shown().then((page) => browse(page, { account: 'erin' })),
          ])
        } finally {
          await provider.close()
        }
      })

      thorough('the token is renewed in time, and asked for again when it has ended', async () => {
        const world = await machineOf('fred')
        const state = join(world.env['XDG_STATE_HOME'] ?? '', 'credbridge', 'openbao-login')
        const before = kept(world)
        const due = { ...before, expires: Date.now() + before.lasts / 4 }
        writeFileSync(state, JSON.stringify(due))
        expect(await world.credbridge('get', at)).toMatchObject({ exitCode: 1 })
        expect(kept(world).expires).toBeGreaterThan(due.expires)
        const { data } = await bao.ask('LIST', 'auth/token/accessors')
        for (const accessor of data.keys) {
          const { data: token } = await bao.ask('POST', 'auth/token/lookup-accessor', { accessor })
          if (token.display_name === 'userpass-fred') await bao.ask('POST', 'auth/token/revoke-accessor', { accessor })
        }
        expect(await world.credbridge('get', at)).toMatchObject({
          exitCode: 2,
          stderr: expect.stringMatching(
            /does not know the sign-in any more.*\nhint: to sign in again: credbridge openbao login --method userpass --user fred\n/,
          ),
        })
        expect(await git(world, 'get')).toMatchObject({ stdout: '' })
      })

      thorough('logout ends the token at the server and here', async () => {
        const world = await machineOf('gina')
        expect(await world.credbridge('openbao', 'logout')).toMatchObject({
          exitCode: 0,
          stderr: `signed out from ${bao.address}\n`,
        })
        expect(await world.credbridge('openbao', 'logout')).toMatchObject({ exitCode: 1 })
        expect(await world.credbridge('get', at)).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining('there is no token'),
        })
      })
    })

    describe('secrets', () => {
      usual('git and docker keep and get theirs on the server, from every machine of the person', async () => {
        const [desk, laptop] = [await machineOf('hugo'), await machineOf('hugo')]
        expect(await git(desk, 'store', 'username=hugo\npassword=s3cret\n')).toMatchObject({ exitCode: 0, stderr: '' })
        expect((await git(laptop, 'get')).stdout).toBe('username=hugo\npassword=s3cret\n')
        expect(await git(laptop, 'erase', 'username=hugo\npassword=s3cret\n')).toMatchObject({ exitCode: 0 })
        expect((await git(desk, 'get')).stdout).toBe('')
        expect(await desk.credbridge('restore', at)).toMatchObject({ exitCode: 0 })
        expect((await git(laptop, 'get')).stdout).toBe('username=hugo\npassword=s3cret\n')
        const docker = (world: SignInWorld, verb: string, input: string) =>
          world.run('docker-credential-credbridge', [verb], { input })
        expect(
          await docker(desk, 'store', JSON.stringify({ ServerURL: 'reg.example.com', Username: 'hugo', Secret: 'pw' })),
        ).toMatchObject({ exitCode: 0 })
        expect(JSON.parse((await docker(laptop, 'get', 'reg.example.com')).stdout)).toMatchObject({
          Username: 'hugo',
          Secret: 'pw',
        })
      })

      thorough('remove --final leaves nothing on the server, in no version', async () => {
        const world = await machineOf('ines')
        await world.set(at, 'ines', 'first-secret')
        await world.set(at, 'ines', 'final-secret')
        expect(await world.credbridge('remove', '--final', at)).toMatchObject({ exitCode: 0 })
        const { data } = await bao
          .ask('POST', 'auth/userpass/login/ines', { password: 'password of ines' })
          .then(({ auth }) => ({ data: auth }))
        const folder = `secret/data/people/${data.entity_id}`
        const { data: names } = await bao.ask('LIST', `secret/metadata/people/${data.entity_id}`)
        expect(names.keys).toContain(entryName(serviceName('erased')))
        for (const name of names.keys) {
          for (let version = 1; version < 9; version++) {
            const text = await bao.ask('GET', `${folder}/${name}?version=${version}`).then(JSON.stringify, String)
            expect(text).not.toMatch(/first-secret|final-secret/)
          }
        }
      })

      thorough('a team has what a person shares with it, and no longer what is taken back', async () => {
        const [ann, bob] = [
          await machineOf('ann-of-team', `${personPolicy}\n${teamPolicy}`),
          await machineOf('bob-of-team'),
        ]
        await ann.set(at, 'deploy', 's3cret')
        expect(await ann.credbridge('share', at, '--with-team', 'platform')).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining(`hint: credbridge share --yes --with-team platform ${at}`),
        })
        const by = 'src/stores/openbao/commands/share.ts'
        const giving = ['share', at, '--with-team', 'platform']
        await expectToStop(ann, { by, question: 'may read teams/platform? [y/N] ', words: giving })
        expect((await git(bob, 'get')).stdout).toBe('')
        expect(await ann.onTerminal([['platform?', 'y\r']], ['share', at, '--with-team', 'platform'])).toMatchObject({
          exitCode: 0,
        })
        expect((await git(bob, 'get')).stdout).toBe('username=deploy\npassword=s3cret\n')
        expect((await bob.credbridge('list')).stdout).toMatch(/deploy +person +basic/)
        expect(await bob.credbridge('remove', at)).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining('openbao:teams/platform is read only'),
        })
        const undo = (...more: readonly string[]) =>
          ann.credbridge('share', at, ...more, '--with-team', 'platform', '--undo')
        await ann.set(at, 'second', 'other')
        await ann.credbridge('share', at, 'second', '--with-team', 'platform', '--yes')
        expect(await undo('--yes')).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining('there are several accounts'),
        })
        expect(await undo('second', '--yes')).toMatchObject({ exitCode: 0 })
        await ann.credbridge('remove', '--final', at, 'second')
        expect(await undo()).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining('hint: credbridge share --undo --yes --with-team platform'),
        })
        expect((await git(bob, 'get')).stdout).toBe('username=deploy\npassword=s3cret\n')
        expect(await undo('--yes')).toMatchObject({ exitCode: 0 })
        expect((await git(bob, 'get')).stdout).toBe('')
        expect((await git(ann, 'get')).stdout).toBe('username=deploy\npassword=s3cret\n')
      })

      thorough('git ends its use of what the team has without writing there', async () => {
        const [ann, bob] = [
          await machineOf('ann-of-team', `${personPolicy}\n${teamPolicy}`),
          await machineOf('bob-of-team'),
        ]
        const place = 'https://git.example.com/team'
        await ann.set(place, 'deploy', 's3cret')
        await ann.credbridge('share', place, '--with-team', 'platform', '--yes')
        const team = (verb: string, more = '') =>
          bob.run('git-credential-credbridge', [verb], { input: `url=${place}\n${more}\n` })
        expect((await team('get')).stdout).toContain('password=s3cret\n')
        expect(await team('erase', 'username=deploy\npassword=s3cret\n')).toMatchObject({ exitCode: 0 })
        expect((await team('get')).stdout).toBe('')
        expect((await ann.run('git-credential-credbridge', ['get'], { input: `url=${place}\n\n` })).stdout).toContain(
          'password=s3cret\n',
        )
      })

      thorough('what is sent is received once', async () => {
        const [ann, bob] = [await machineOf('ann-who-sends'), await machineOf('bob-who-receives')]
        await ann.set(at, 'ann', 'for bob')
        const { stdout: token } = await ann.credbridge('send', at, '--for', '30m')
        const receive = (input: string) => bob.run('credbridge', ['receive', '--yes'], { input })
        const unable = { CREDBRIDGE_STORE: 'openbao:teams/platform' }
        expect(await bob.run('credbridge', ['receive', '--yes'], { input: token, more: unable })).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining('does not permit this token'),
        })
        expect(await receive(token)).toMatchObject({ exitCode: 0, stdout: '', stderr: `kept ann at ${at}\n` })
        expect((await bob.credbridge('get', at)).stdout).toBe('for bob\n')
        expect(await receive(token)).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining('this token opens nothing: it was opened already, or its time is over'),
        })
        expect(await receive('nonsense')).toMatchObject({ exitCode: 2 })
      })

      thorough('--move takes along what the vault has, but not the token that opens the server', async () => {
        const { password } = await bao.person('kate')
        const world = await machine()
        await world.credbridge('use', 'vault')
        await world.set(at, 'kate', 's3cret')
        const words = ['--address', bao.address, '--method', 'userpass', '--user', 'kate']
        expect(await login(world, password, ...words)).toMatchObject({ exitCode: 0 })
        expect(await world.credbridge('use', 'openbao', '--move')).toMatchObject({
          exitCode: 0,
          stderr: expect.stringMatching(
            /^moved kate at .*\n1 moved to the openbao store\nsecrets are now kept in the openbao store\n$/,
          ),
        })
        expect((await world.credbridge('get', at)).stdout).toBe('s3cret\n')
      })

      thorough('uninstall leaves what is on the server there', async () => {
        const [desk, laptop] = [await machineOf('liam'), await machineOf('liam')]
        await desk.set(at, 'liam', 's3cret')
        expect(await laptop.credbridge('uninstall', '--yes')).toMatchObject({
          stderr: expect.stringContaining('stays: what the openbao store has on its server\n'),
        })
        expect((await desk.credbridge('get', at)).stdout).toBe('s3cret\n')
      })

      thorough(
        'with a cache in the vault a laptop goes on for a while, and says so; without one it fails',
        async () => {
          const mine = await startOpenbao(onTestFinished)
          const { token } = await mine.person('mia')
          const world = await machine(
            `store = "openbao"\n[openbao]\naddress = "${mine.address}"\ncache = { store = "vault", lasts = "2h" }\n`,
          )
          const by = (words: readonly string[], more: Record<string, string> = {}) =>
            world.run('credbridge', words, { more: { BAO_TOKEN: token, ...more } })
          const git = (host: string) =>
            world.run('git-credential-credbridge', ['get'], {
              input: `protocol=https\nhost=${host}\n\n`,
              more: { BAO_TOKEN: token },
            })
          const without = `store = "openbao"\n[openbao]\naddress = "${mine.address}"\n`
          const other = await machine(without)
          const set = (on: SignInWorld, host: string) =>
            on.set(`https://${host}`, 'mia', `at ${host}`, { more: { BAO_TOKEN: token } })
          await set(world, 'seen.example.com')
          expect((await git('seen.example.com')).stdout).toBe('username=mia\npassword=at seen.example.com\n')
          expect((await by(['doctor'])).stdout).toMatch(
            /; copies answer when it cannot be reached: \d+ in the vault store of this machine/,
          )
          await set(other, 'unseen.example.com')
          await mine.ask('POST', 'sys/seal')
          expect(await git('seen.example.com')).toMatchObject({
            stdout: 'username=mia\npassword=at seen.example.com\n',
          })
          expect(await git('unseen.example.com')).toMatchObject({ stdout: '' })
          expect(await by(['get', 'https://unseen.example.com'])).toMatchObject({
            exitCode: 2,
            stderr: expect.stringContaining('is sealed'),
          })
          expect(await by(['get', 'https://seen.example.com'])).toMatchObject({
            stdout: 'at seen.example.com\n',
            stderr: expect.stringMatching(/is sealed, so it answers nobody; a copy of just now answers\n/),
          })
          expect(await by(['list'])).toMatchObject({
            stdout: expect.stringMatching(/^https:\/\/seen\.example\.com +mia/m),
            stderr: expect.stringContaining('this list is from copies'),
          })
          expect((await by(['list'], { CREDBRIDGE_STORE: 'vault' })).stdout).toBe('')
          await by(['openbao', 'logout'])
          expect((await by(['list'])).stdout).toBe('')
          world.settings(without)
          expect(await git('seen.example.com')).toMatchObject({ stdout: '' })
        },
      )

      thorough('doctor names what is wrong and the command that mends it', async () => {
        const world = await machineOf('judy')
        expect((await world.credbridge('doctor')).stdout).toMatch(
          /^ok +openbao: kept a throw-away entry, found it and removed it$/m,
        )
        await world.credbridge('openbao', 'logout')
        expect((await world.credbridge('doctor')).stdout).toContain(
          `fix: credbridge openbao login --address ${bao.address}\n`,
        )
      })
    })
  })
})
