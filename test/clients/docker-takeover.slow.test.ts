import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { typing } from '../real/typing.ts'
import { type DockerWorld, openDockerWorld, stores, users } from './docker-world.ts'

/* Who was signed in before setup is signed in afterwards, with the same client. */

const parts = needsPrograms('docker', 'docker-registry', 'htpasswd', 'setpriv', 'script', 'dbus-daemon')
const pass = needsPrograms('docker', 'docker-registry', 'htpasswd', 'docker-credential-pass', 'pass', 'gpg')
const auth = Buffer.from(`alice:${users.alice}`).toString('base64')
const done = { exitCode: 0 }

/** docker's configuration before credbridge was there. */
async function withConfig(store: 'secret-service' | 'vault', config: (host: string) => object) {
  const world = await openDockerWorld(store)
  const file = join(world.env['HOME'] ?? '', '.docker', 'config.json')
  writeFileSync(file, JSON.stringify(config(world.registry.host), undefined, '\t'))
  return { world, file, text: () => readFileSync(file, 'utf8') }
}

const reads = ({ run, registry: { image } }: DockerWorld) => run('docker', ['manifest', 'inspect', '--insecure', image])

/** `script` gives its terminal no width. */
function answering(world: DockerWorld, answer: string, command: string) {
  const words = ['sh', '-c', `stty cols 200 rows 24; exec ${command}`]
  return typing(words, [['Take over?', answer]], { env: world.env, cwd: world.session.folder })
}

needs('the build (npm run build)', built)('built', () => {
  parts('docker with secrets in its file', () => {
    describe.each(stores)('into %s', (store) => {
      test('one question, and it is still signed in', async () => {
        const { world, text } = await withConfig(store, (host) => ({ auths: { [host]: { auth } } }))
        expect(await reads(world)).toMatchObject(done)
        const shown = await answering(world, 'y', 'credbridge setup docker')
        expect(shown).toContain('docker-credential-credbridge answers for this sign-in')
        expect(JSON.parse(text())).toEqual({ auths: { [world.registry.host]: {} }, credsStore: 'credbridge' })
        expect(world.plainSecrets()).toEqual([])
        expect(await reads(world)).toMatchObject(done)
      })

      test('a no changes nothing', async () => {
        const { world, text } = await withConfig(store, (host) => ({ auths: { [host]: { auth } } }))
        const file = text()
        await expect(answering(world, 'n', 'credbridge setup docker')).rejects.toThrow('nothing was changed')
        expect(text()).toBe(file)
        expect((await world.helper('list')).stdout).toBe('{}\n')
        expect(await reads(world)).toMatchObject(done)
      })
    })
  })

  pass("docker with another helper's secrets", () => {
    test('--replace: still signed in, and after undo as well', async () => {
      const { world, text } = await withConfig('vault', () => ({ credsStore: 'pass' }))
      const keys = join(world.session.folder, 'gnupg')
      mkdirSync(keys, { mode: 0o700 })
      const withKeys: DockerWorld = {
        ...world,
        run: (program, words, input) => world.run('env', [`GNUPGHOME=${keys}`, program, ...words], input),
      }
      const key = ['--quick-generate-key', 'tests@example.com', 'default', 'default', 'never']
      await withKeys.run('gpg', ['--batch', '--quiet', '--passphrase', '', ...key])
      expect(await withKeys.run('pass', ['init', 'tests@example.com'])).toMatchObject(done)
      const { host } = world.registry
      const words = ['login', '--username', 'alice', '--password-stdin', host]
      expect(await withKeys.run('docker', words, users.alice)).toMatchObject(done)
      expect((await withKeys.run('docker-credential-pass', ['list'])).stdout).toContain(host)
      expect(await withKeys.run('credbridge', ['setup', 'docker', '--replace', '--yes'])).toMatchObject(done)
      expect(JSON.parse(text())).toMatchObject({ credsStore: 'credbridge' })
      expect((await world.helper('list')).stdout).toBe(`{"${host}":"alice"}\n`)
      expect(await reads(world)).toMatchObject(done)
      expect(await withKeys.run('credbridge', ['setup', 'docker', '--undo'])).toMatchObject(done)
      expect(JSON.parse(text())).toMatchObject({ credsStore: 'pass' })
      expect(await reads(withKeys)).toMatchObject(done)
      await withKeys.run('gpgconf', ['--kill', 'gpg-agent'])
    })
  })
})
