import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { built } from '../real/commands.ts'
import { isSlow, thorough, thoroughly, usual } from '../real/depth.ts'
import { startKubeServer } from '../real/kube-server.ts'
import { kubectls, newKubectl } from '../real/kubectl.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { startWorld } from '../real/world.ts'

/* The real kubectl against a server that lets in a token or a client certificate. */

const token = 't0ken.of-alice'
const found = 'kubectl asked credbridge and took a throw-away token\n'

async function openKubeWorld(program: string) {
  const world = await startWorld('no-bus', onTestFinished)
  const kube = await startKubeServer(join(world.session.folder, 'kube'), token, onTestFinished)
  const config = join(world.env['HOME'] ?? '', '.kube', 'config')
  const clients = join(world.session.folder, 'clients')
  mkdirSync(clients)
  symlinkSync(program, join(clients, 'kubectl'))
  const own = { CREDBRIDGE_STORE: 'vault', PATH: `${clients}:${world.env['PATH']}` }
  const run = (program: string, words: readonly string[], input = '', env = {}) =>
    world.run(program, words, { input, more: { ...own, ...env } })
  return {
    kube,
    config,
    read: () => (existsSync(config) ? readFileSync(config, 'utf8') : undefined),
    /** A kubeconfig with one context, of the cluster and this user. */
    put(user: object, name = 'alice') {
      mkdirSync(join(config, '..'), { recursive: true })
      const authority = Buffer.from(kube.authority).toString('base64')
      const text = {
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'c.one', cluster: { server: kube.server, 'certificate-authority-data': authority } }],
        contexts: [{ name: 'one', context: { cluster: 'c.one', user: name } }],
        'current-context': 'one',
        users: [{ name, user }],
      }
      writeFileSync(config, JSON.stringify(text))
    },
    credbridge: (words: string, input = '', env = {}) => run('credbridge', words.split(' '), input, env),
    version: () => run(join(clients, 'kubectl'), ['get', '--raw', '/version']),
  }
}

const ok = { stdout: '{"gitVersion":"v1.99.0"}', exitCode: 0 }

needs('the build (npm run build)', built)('built', () => {
  needs('kubectl', kubectls.length > 0)('kubectl', () => {
    needsPrograms('openssl')('and a server', () => {
      describe.each(isSlow ? kubectls : kubectls.slice(0, 1))('%s', (program) => {
        const everyDay = program === kubectls[0] ? usual : thorough
        everyDay('signs in with a token that a person set, and tells when there is none', async () => {
          const it = await openKubeWorld(program)
          it.put({})
          const says = 'kubeconfig: user alice asks credbridge\n'
          const before = it.read()
          expect(await it.credbridge('setup kubectl -n')).toMatchObject({ stderr: `would do: ${says}`, exitCode: 0 })
          expect(it.read()).toBe(before)
          expect(await it.credbridge('setup kubectl')).toMatchObject({ stderr: `${says}${found}`, exitCode: 0 })
          const written = it.read()
          expect(await it.credbridge('setup kubectl')).toMatchObject({ stderr: `kubectl: nothing to change\n${found}` })
          expect(it.read()).toBe(written)
          expect(await it.credbridge('list')).toMatchObject({ stdout: '', exitCode: 1 })
          expect((await it.credbridge('doctor')).stdout).toContain(
            'ok      kubectl: kubectl asks credbridge for user alice\n',
          )

          const absent = await it.version()
          expect(absent).toMatchObject({
            stdout: '',
            stderr: expect.stringContaining(`hint: credbridge set --kind bearer ${it.kube.server}\n`),
          })
          expect(absent.exitCode).not.toBe(0)
          expect(it.kube.asked()).toEqual([])
          await it.credbridge(`set --kind bearer ${it.kube.server}`, token)
          expect(await it.version()).toMatchObject({ ...ok, stderr: '' })
          expect(it.kube.asked()).toEqual([`Bearer ${token}`])
          await it.credbridge(`set --kind bearer ${it.kube.server}`, 'another')
          expect((await it.version()).exitCode).not.toBe(0)

          expect(await it.credbridge('setup kubectl --undo')).toMatchObject({
            stderr: 'kubeconfig: user alice no longer asks credbridge\n',
            exitCode: 0,
          })
          expect(it.read()).not.toContain('exec')
          expect(await it.credbridge('setup kubectl --undo')).toMatchObject({ stderr: 'kubectl: nothing to change\n' })
        })

        everyDay('signs in with a client certificate, and a password of the same place is not sent', async () => {
          const it = await openKubeWorld(program)
          it.put({})
          await it.credbridge('setup kubectl --no-prove')
          await it.credbridge(`set ${it.kube.server} alice`, 'a password')
          expect((await it.version()).exitCode).not.toBe(0)
          const [certificate, key] = it.kube.clientCertificate('carol')
          expect(
            await it.credbridge(`set --kind client-certificate ${it.kube.server}`, key + certificate),
          ).toMatchObject({
            exitCode: 0,
          })
          expect(await it.version()).toMatchObject(ok)
          expect(it.kube.asked()).toEqual(['carol'])
        })

        thorough('a token in the kubeconfig is taken over by setup, and goes back', async () => {
          const it = await openKubeWorld(program)
          it.put({ token }, 'alice.b@example.com')
          const early = await it.credbridge('import kubectl --yes')
          expect(early).toMatchObject({
            exitCode: 2,
            stderr: expect.stringContaining('hint: credbridge setup kubectl --user alice.b@example.com\n'),
          })
          const left = await it.credbridge('setup kubectl --no-prove --no-import')
          expect(left.stderr).toContain('has a secret in the kubeconfig, which kubectl uses first\n')
          expect((await it.credbridge('doctor')).stdout).toContain('which kubectl uses first\n')
          expect((await it.credbridge('setup kubectl --yes')).exitCode).toBe(0)
          expect(it.read()).not.toContain(token)
          expect(await it.version()).toMatchObject(ok)
          expect(it.kube.asked()).toEqual([`Bearer ${token}`])
          await it.credbridge('setup kubectl --undo')
          expect((await it.version()).exitCode).not.toBe(0)
          expect(await it.credbridge('import kubectl --undo --yes')).toMatchObject({
            stderr: expect.stringContaining('1 written back\n'),
            exitCode: 0,
          })
          it.kube.asked()
          expect(await it.version()).toMatchObject(ok)
          expect(it.kube.asked()).toEqual([`Bearer ${token}`])
        })

        thorough('a client certificate in the kubeconfig is taken over by setup, and goes back', async () => {
          const it = await openKubeWorld(program)
          const [certificate, key] = it.kube.clientCertificate('dave').map((pem) => Buffer.from(pem).toString('base64'))
          it.put({ 'client-certificate-data': certificate, 'client-key-data': key })
          expect((await it.credbridge('setup kubectl --yes')).exitCode).toBe(0)
          expect(it.read()).not.toContain('client-key-data')
          expect(await it.version()).toMatchObject(ok)
          expect(it.kube.asked()).toEqual(['dave'])
          await it.credbridge('setup kubectl --undo')
          await it.credbridge('import kubectl --undo --yes')
          expect(it.read()).toContain(`client-key-data: ${key}\n`)
          expect(await it.version()).toMatchObject(ok)
          expect(it.kube.asked()).toEqual(['dave'])
        })

        thorough('each user has the account that setup named', async () => {
          const it = await openKubeWorld(program)
          it.put({})
          for (const [account, secret] of Object.entries({ alice: token, bob: 'of-bob' })) {
            await it.credbridge(`set --kind bearer ${it.kube.server} ${account}`, secret)
          }
          await it.credbridge('setup kubectl --account bob --no-prove')
          await it.version()
          expect((await it.credbridge('setup kubectl --account alice --no-prove')).stderr).toContain(
            'the account alice\n',
          )
          expect(await it.version()).toMatchObject(ok)
          expect(it.kube.asked()).toEqual(['Bearer of-bob', `Bearer ${token}`])
        })

        thorough('the older version of the protocol, by hand', async () => {
          const it = await openKubeWorld(program)
          const command = join(it.config, '..', 'none')
          const exec = { apiVersion: 'client.authentication.k8s.io/v1beta1', command, provideClusterInfo: true }
          it.put({ exec })
          expect(await it.credbridge('setup kubectl')).toMatchObject({
            stderr: expect.stringContaining('user alice signs in another way: it has exec\n'),
            exitCode: 2,
          })
          it.put({ exec: { ...exec, command: 'credbridge-kubectl' } })
          await it.credbridge(`set --kind bearer ${it.kube.server}`, token)
          expect(await it.version()).toMatchObject(ok)
          expect((await it.credbridge('doctor')).stdout).toContain('asks another installation of credbridge\n')
        })

        thorough('several files, one of them named from the working folder', async () => {
          const it = await openKubeWorld(program)
          it.put({})
          const other = join(it.config, '..', 'other')
          writeFileSync(other, 'apiVersion: v1\nkind: Config\nusers:\n- name: zoe\n  user: {}\n')
          const env = { KUBECONFIG: `${it.config}:${other}` }
          expect(await it.credbridge('setup kubectl --user zoe --no-prove', '', env)).toMatchObject({ exitCode: 0 })
          expect(readFileSync(other, 'utf8')).toContain('credbridge-kubectl')
          expect(it.read()).not.toContain('credbridge-kubectl')
        })
      })
    })
  })

  thoroughly(needs('kubectl 1.35 or later', newKubectl !== undefined))('kuberc', () => {
    needsPrograms('openssl')('with a server', () => {
      thorough('kubectl may start our program after setup, and no other', async () => {
        const it = await openKubeWorld(newKubectl ?? '')
        it.put({})
        const kuberc = join(it.config, '..', 'kuberc')
        const policy = `# mine\napiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\ncredentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- command: /opt/other\n`
        writeFileSync(kuberc, policy)
        await it.credbridge(`set --kind bearer ${it.kube.server}`, token)
        const { stderr, exitCode } = await it.credbridge('setup kubectl')
        expect({ stderr, exitCode }).toEqual({ stderr: expect.stringContaining(found), exitCode: 0 })
        expect(readFileSync(kuberc, 'utf8')).toMatch(new RegExp(`^${policy}- command: /.*/credbridge-kubectl\\n$`))
        expect(await it.version()).toMatchObject(ok)
        writeFileSync(kuberc, policy)
        expect(await it.version()).toMatchObject({ stderr: expect.stringContaining('not permitted') })
        expect((await it.credbridge('doctor')).stdout).toContain('kuberc forbids kubectl to start credbridge\n')
        await it.credbridge('setup kubectl --no-prove')
        expect(await it.version()).toMatchObject(ok)
        await it.credbridge('setup kubectl --undo')
        expect(readFileSync(kuberc, 'utf8')).toBe(policy)
      })
    })
  })
})
