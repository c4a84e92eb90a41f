import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { built } from '../real/commands.ts'
import { startPodmanService } from '../real/podman-service.ts'
import { needs, needsPrograms, programOnPath } from '../real/require.ts'
import { builtClients, type DockerWorld, openDockerWorld, users } from './docker-world.ts'

/*
 * Clients that find only what is listed. podman on macOS and Windows, and `podman --remote`, hand every listed sign-in to the
 * service with each pull and build; regctl asks for the list first.
 */

const done = { exitCode: 0 }
const parts = needsPrograms('podman', 'docker-registry', 'htpasswd', 'setpriv')

async function remotely(world: DockerWorld) {
  const words = await startPodmanService(world.session, onTestFinished)
  return (...more: readonly string[]) => world.run('podman', [...words, ...more])
}

async function signIn(world: DockerWorld): Promise<void> {
  const { host } = world.registry
  const words = ['login', '--tls-verify=false', '-u', 'alice', '--password-stdin', host]
  expect(await world.run('podman', words, users.alice)).toMatchObject(done)
}

function store(world: DockerWorld, ServerURL: string) {
  return world.helper('store', JSON.stringify({ ServerURL, Username: 'hub', Secret: 'h' }))
}

needs('the build (npm run build)', built)('built', () => {
  parts('podman --remote', () => {
    test('pulls and builds, whatever else docker is signed in to', async () => {
      const world = await openDockerWorld('vault')
      const { image } = world.registry
      const podman = await remotely(world)
      const anonymous = await podman('pull', '--tls-verify=false', image)
      expect(anonymous.stderr).toMatch(/unauthorized|authentication required/)
      await signIn(world)
      const hub = 'https://index.docker.io/v1/'
      const others = ['http://127.0.0.1:1', 'R.example.com:443', 'r.example.com/team']
      for (const server of [hub, `${hub}access-token`, `${hub}refresh-token`, ...others]) {
        expect(await store(world, server)).toMatchObject(done)
      }
      expect(await podman('pull', '--tls-verify=false', image)).toMatchObject(done)
      const context = join(world.session.folder, 'context')
      mkdirSync(context)
      writeFileSync(join(context, 'Containerfile'), `FROM ${image}\nLABEL x=y\n`)
      expect(await podman('rmi', '--all', '--force')).toMatchObject(done)
      expect(await podman('build', '--tls-verify=false', context)).toMatchObject(done)
    })

    test("an identity token and a token's group do not stand in the way, and git's login helps once it is shared", async () => {
      const world = await openDockerWorld('vault')
      const { image, host } = world.registry
      const podman = await remotely(world)
      await world.helper('store', '{"ServerURL":"id.example.com","Username":"<token>","Secret":"identity"}')
      const login = `protocol=https\nhost=${host}\nusername=alice\npassword=${users.alice}\n`
      await world.run('git-credential-credbridge', ['store'], login)
      expect((await podman('pull', '--tls-verify=false', image)).exitCode).not.toBe(0)
      expect(await world.run('credbridge', ['share', `https://${host}`, '--with', 'docker'])).toMatchObject(done)
      expect(await podman('pull', '--tls-verify=false', image)).toMatchObject(done)
    })
  })

  const regctl = needs('regctl (.ci/docker-clients)', programOnPath('regctl', builtClients) !== undefined)
  needsPrograms(
    'docker-registry',
    'htpasswd',
    'setpriv',
  )('with a registry', () =>
    regctl('regctl', () => {
      test("finds docker's login, and git's once it is shared", async () => {
        const world = await openDockerWorld('vault')
        const { image, host } = world.registry
        const reads = () => world.run('regctl', ['--host', `reg=${host},tls=disabled`, 'manifest', 'head', image])
        const login = `protocol=https\nhost=${host}\nusername=alice\npassword=${users.alice}\n`
        await world.run('git-credential-credbridge', ['store'], login)
        expect((await reads()).exitCode).not.toBe(0)
        expect(await world.run('credbridge', ['share', `https://${host}`, '--with', 'docker'])).toMatchObject(done)
        expect(await reads()).toMatchObject(done)
        await world.helper('erase', host)
        expect((await reads()).exitCode).not.toBe(0)
        await world.helper('store', JSON.stringify({ ServerURL: host, Username: 'bob', Secret: users.bob }))
        expect(await reads()).toMatchObject(done)
      })
    }),
  )
})
