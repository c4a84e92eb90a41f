import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { built } from '../real/commands.ts'
import { thorough, thoroughly, usual, usually } from '../real/depth.ts'
import { startEngine } from '../real/docker-engine.ts'
import { startRegistry, startTokenRegistry } from '../real/registry.ts'
import { needs, needsPrograms, programOnPath } from '../real/require.ts'
import { storesInTurn } from '../real/stores.ts'
import { onTerminal } from '../real/typing.ts'
import { builtClients, type DockerWorld, everyStore, openDockerWorld, stores, users } from './docker-world.ts'

const needsRegistry = needsPrograms('docker-registry', 'htpasswd', 'dbus-daemon', 'gnome-keyring-daemon', 'setpriv')
const needsBuild = needs('the build (npm run build)', built)

function login(world: DockerWorld, client: string, user: keyof typeof users, password: string = users[user]) {
  const plain = { docker: [], crane: [], helm: ['--plain-http'] }[client] ?? ['--tls-verify=false']
  const before = { helm: ['registry', 'login'], crane: ['auth', 'login'] }[client] ?? ['login']
  const words = [...before, ...plain, '--username', user, '--password-stdin', world.registry.host]
  return world.run(client, words, password)
}

function logout(world: DockerWorld, client: string) {
  const before = { helm: ['registry', 'logout'], crane: ['auth', 'logout'] }[client] ?? ['logout']
  return world.run(client, [...before, world.registry.host])
}

/** Reads the image's manifest, or where a client cannot do that, something else that wants a sign-in. */
function reads(world: DockerWorld, client: string) {
  const { image, host } = world.registry
  const words: Readonly<Record<string, readonly string[]>> = {
    docker: ['manifest', 'inspect', '--insecure', image],
    skopeo: ['inspect', '--raw', '--tls-verify=false', `docker://${image}`],
    podman: ['search', '--tls-verify=false', `${host}/team`],
    buildah: ['login', '--get-login', host],
    crane: ['manifest', '--insecure', image],
  }
  return world.run(client, words[client] ?? [])
}

/** What a person at a terminal sees whom the registry refuses. */
async function onScreen({ run, registry }: DockerWorld): Promise<string> {
  const words = ['docker', 'manifest', 'inspect', '--insecure', registry.image]
  return (await run('python3', onTerminal([], ...words))).stdout
}

/** What a client does also where nobody has to sign in. */
function looks(world: DockerWorld, client: string) {
  const { image } = world.registry
  if (client !== 'podman' && client !== 'buildah') return reads(world, client)
  const places = ['--root', '--runroot'].flatMap((word) => [word, join(world.session.folder, 'images', word)])
  return world.run(client, [...places, '--storage-driver', 'vfs', 'pull', '--tls-verify=false', image])
}

const gits = (world: DockerWorld) => `protocol=https\nhost=${world.registry.host}\n`
const done = { exitCode: 0 }

function stories(client: string): void {
  const all = client === 'docker' ? everyStore : stores
  describe.each(storesInTurn(all))(`${client}, with the secrets in %s`, (store) => {
    test('signs in, reads, signs out, and leaves no secret in a file', async () => {
      const world = await openDockerWorld(store)
      const stranger = await reads(world, client)
      expect(stranger.exitCode).not.toBe(0)
      expect(stranger.stderr).not.toContain('nothing is kept')
      if (client === 'docker')
        expect(await onScreen(world)).toContain(`hint: credbridge set https://${world.registry.host}\r\n`)
      expect(await login(world, client, 'alice')).toMatchObject(done)
      expect(await reads(world, client)).toMatchObject(done)
      expect((await world.helper('list')).stdout).toBe(`{"${world.registry.host}":"alice"}\n`)
      expect(world.plainSecrets()).toEqual([])
      expect(await logout(world, client)).toMatchObject(done)
      expect((await world.helper('list')).stdout).toBe('{}\n')
      expect((await reads(world, client)).exitCode).not.toBe(0)
    })
  })

  thoroughly(describe.each(all))(`${client}, with the secrets in %s`, (store) => {
    thorough('a wrong password keeps nothing, another user replaces the one before', async () => {
      const world = await openDockerWorld(store)
      const wrong = client === 'crane' ? undefined : await login(world, client, 'alice', 'wrong') // crane does not try it.
      if (wrong !== undefined) expect(wrong.exitCode).not.toBe(0)
      expect((await world.helper('list')).stdout).toBe('{}\n')
      expect(await login(world, client, 'alice')).toMatchObject(done)
      expect(await login(world, client, 'bob')).toMatchObject(done)
      expect((await world.helper('list')).stdout).toBe(`{"${world.registry.host}":"bob"}\n`)
      expect(await reads(world, client)).toMatchObject(done)
    })

    thorough("is signed in by git's login, and its logout leaves git signed in", async () => {
      const world = await openDockerWorld(store)
      await world.run('git-credential-credbridge', ['store'], `${gits(world)}username=alice\npassword=${users.alice}\n`)
      expect(await reads(world, client)).toMatchObject(done)
      await logout(world, client)
      expect((await reads(world, client)).exitCode).not.toBe(0)
      const git = await world.run('git-credential-credbridge', ['get'], gits(world))
      expect(git.stdout).toContain(`password=${users.alice}\n`)
    })
  })
}

for (const client of ['docker', 'podman', 'skopeo', 'buildah'] as const) {
  needsBuild('built', () => needsRegistry('a registry', () => needsPrograms(client)(client, () => stories(client))))
}

const crane = needs('crane (.ci/docker-clients)', programOnPath('crane', builtClients) !== undefined)
needsBuild('built', () => needsRegistry('a registry', () => crane('crane', () => stories('crane'))))
usually(needsBuild)('built', () =>
  needsRegistry('a registry', () =>
    crane('crane', () => {
      usual('uses what is kept for the group that it reads from, and not beside it', async () => {
        const world = await openDockerWorld('vault')
        const { host } = world.registry
        const kept = await world.run('credbridge', ['set', `https://${host}/other`, 'alice'], users.alice)
        expect(kept).toMatchObject(done)
        expect((await reads(world, 'crane')).exitCode).not.toBe(0)
        expect(await world.run('credbridge', ['set', `https://${host}/team`, 'alice'], users.alice)).toMatchObject(done)
        expect(await reads(world, 'crane')).toMatchObject(done)
      })
    }),
  ),
)

const helm = needs('helm (.ci/docker-clients)', programOnPath('helm', builtClients) !== undefined)
needsBuild('built', () =>
  needsRegistry('a registry', () =>
    helm('helm', () => {
      test.each(storesInTurn(stores))(
        'signs in, pushes, pulls and signs out, with the secrets in %s',
        async (store) => {
          const world = await openDockerWorld(store)
          const chart = join(world.session.folder, 'chart')
          mkdirSync(chart)
          writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: chart\nversion: 1.0.0\n')
          expect(await world.run('helm', ['package', chart])).toMatchObject(done)
          const push = ['push', '--plain-http', 'chart-1.0.0.tgz', `oci://${world.registry.host}/charts`]
          const pull = [
            'show',
            'chart',
            '--plain-http',
            `oci://${world.registry.host}/charts/chart`,
            '--version',
            '1.0.0',
          ]
          expect((await world.run('helm', push)).exitCode).not.toBe(0)
          expect((await login(world, 'helm', 'alice', 'wrong')).exitCode).not.toBe(0)
          expect(await login(world, 'helm', 'alice')).toMatchObject(done)
          expect(await world.run('helm', push)).toMatchObject(done)
          expect(await world.run('helm', pull)).toMatchObject({
            ...done,
            stdout: expect.stringContaining('name: chart'),
          })
          expect(world.plainSecrets()).toEqual([])
          expect(await logout(world, 'helm')).toMatchObject(done)
          expect((await world.run('helm', pull)).exitCode).not.toBe(0)
        },
      )
    }),
  ),
)

needsBuild('built', () =>
  needsRegistry('a registry', () =>
    needsPrograms(
      'docker',
      'podman',
      'skopeo',
      'buildah',
    )('one login', () => {
      const clients = ['docker', 'podman', 'skopeo', 'buildah']

      test.each(storesInTurn(stores))(
        'serves them all, and all of them ask at once, with the secrets in %s',
        async (store) => {
          const world = await openDockerWorld(store)
          await login(world, 'docker', 'alice')
          const all = await Promise.all([...clients, ...clients].map((client) => reads(world, client)))
          expect(all.map(({ exitCode }) => exitCode)).toEqual(all.map(() => 0))
        },
      )

      test.each(storesInTurn(stores))(
        'podman logout --all signs nobody else out, with the secrets in %s',
        async (store) => {
          const world = await openDockerWorld(store)
          await world.run('git-credential-credbridge', ['store'], `${gits(world)}username=bob\npassword=${users.bob}\n`)
          await login(world, 'podman', 'alice')
          await world.helper('store', '{"ServerURL":"docker.io","Username":"hub","Secret":"h"}')
          expect(await world.run('podman', ['logout', '--all'])).toMatchObject(done)
          expect((await world.helper('list')).stdout).toBe('{}\n')
          expect((await reads(world, 'podman')).exitCode).not.toBe(0)
          const git = await world.run('git-credential-credbridge', ['get'], gits(world))
          expect(git.stdout).toContain(`password=${users.bob}\n`)
        },
      )

      test.each(storesInTurn(stores))('an identity token stays with docker, with the secrets in %s', async (store) => {
        const world = await openDockerWorld(store)
        const { host } = await startTokenRegistry('p', onTestFinished)
        expect(await world.run('docker', ['login', '-u', 'alice', '--password-stdin', host], 'p')).toMatchObject(done)
        expect((await world.helper('get', host)).stdout).toBe(
          `{"ServerURL":"${host}","Username":"\\u003ctoken\\u003e","Secret":"identity"}\n`,
        )
        expect(world.plainSecrets('identity')).toEqual([])
        const git = await world.run('git-credential-credbridge', ['get'], `protocol=https\nhost=${host}\n`)
        expect(git).toMatchObject({ ...done, stdout: '' })
      })

      thorough.each(['skopeo', 'podman', 'buildah', 'crane'])(
        'a locked vault does not stop %s at what is public, once a person has said so',
        async (client) => {
          const world = await openDockerWorld('vault')
          if (client === 'crane' && programOnPath('crane', builtClients) === undefined) return
          const elsewhere = { ...world, registry: await startRegistry({}, onTestFinished) }
          await login(world, 'docker', 'alice')
          const vault = (...words: readonly string[]) => world.run('credbridge', ['vault', ...words], 'open sesame\n')
          expect(await vault('add-slot', 'passphrase')).toMatchObject(done)
          expect(await vault('remove-slot', 'key-file')).toMatchObject(done)
          const stopped = await looks(elsewhere, client)
          expect(stopped.exitCode).not.toBe(0)
          expect(stopped.stderr).toContain('docker.when-locked = "anonymous" in config.toml')
          const settings = join(world.env['XDG_CONFIG_HOME'] ?? '', 'credbridge')
          mkdirSync(settings, { recursive: true })
          writeFileSync(join(settings, 'config.toml'), 'docker.when-locked = "anonymous"\n')
          const looking = await looks(elsewhere, client)
          expect(looking).toMatchObject(done)
          expect(looking.stderr).toMatch(/^credbridge: .*locked.*; going on without a sign-in \(docker\.when-locked/m)
          expect((await looks(world, client)).exitCode).not.toBe(0)
        },
      )

      thorough('what docker repeats of what it was answered is listed and not copied', async () => {
        const world = await openDockerWorld('vault')
        await world.run(
          'git-credential-credbridge',
          ['store'],
          `${gits(world)}username=alice\npassword=${users.alice}\n`,
        )
        const { host } = world.registry
        await startEngine(join(world.session.folder, 'no-engine.sock'), onTestFinished)
        const login = await world.run('docker', ['login', host])
        expect(login).toMatchObject({ ...done, stdout: expect.stringContaining('Login Succeeded') })
        expect(login.stderr).toContain('Authenticating with existing credentials')
        const kept = JSON.parse((await world.run('credbridge', ['list', '--json'])).stdout)
        expect(kept).toMatchObject([{ owner: 'git', account: 'alice' }])
        expect((await world.helper('list')).stdout).toBe(`{"${host}":"alice"}\n`)
      })

      thorough('two accounts by DOCKER_CONFIG', async () => {
        const world = await openDockerWorld('vault')
        const work = join(world.session.folder, 'work')
        const there = (words: readonly string[], input = '') =>
          world.run('env', [`DOCKER_CONFIG=${work}`, ...words], input)
        expect(await there(['credbridge', 'setup', 'docker'])).toMatchObject(done)
        const { host, image } = world.registry
        const signIn = (user: keyof typeof users) => ['docker', 'login', '-u', user, '--password-stdin', host]
        expect(await login(world, 'docker', 'alice')).toMatchObject(done)
        expect(await there(signIn('bob'), users.bob)).toMatchObject(done)
        expect((await world.helper('get', host)).stdout).toContain('"Username":"alice"')
        expect((await there(['docker-credential-credbridge', 'get'], host)).stdout).toContain('"Username":"bob"')
        expect(await there(['docker', 'logout', host])).toMatchObject(done)
        expect((await there(['docker', 'manifest', 'inspect', '--insecure', image])).exitCode).not.toBe(0)
        expect(await reads(world, 'docker')).toMatchObject(done)
      })

      thorough('the keyring is locked: a client hears it and what to do', async () => {
        const world = await openDockerWorld('secret-service')
        await login(world, 'docker', 'alice')
        await world.session.lock()
        const signing = await login(world, 'docker', 'bob')
        expect(signing.exitCode).not.toBe(0)
        expect(signing.stderr).toMatch(/error storing credentials - err: exit status 1, out: `credbridge: .*locked.*`/)
        const reading = await reads(world, 'docker')
        expect(reading.exitCode).not.toBe(0)
        expect(reading.stderr).toMatch(/^credbridge: .*locked.*\nhint: /)
        const searching = await reads(world, 'skopeo')
        expect(searching.stderr).toMatch(/credbridge: .*locked/)
      })
    }),
  ),
)
