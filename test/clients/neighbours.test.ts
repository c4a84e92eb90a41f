import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { built, installCommands } from '../real/commands.ts'
import { hasKeyring, needs, needsPrograms } from '../real/require.ts'
import { type Outcome, run } from '../real/run.ts'
import { type Session, startSession } from '../real/session.ts'

/*
 * What other helpers keep in the same Secret Service is taken over. git's and docker's helpers are the real ones; the
 * items of Git Credential Manager, cargo and uv, which cannot be had here as programs that write without a server, are
 * made by secret-tool with exactly their attributes.
 */

const libsecret = join(import.meta.dirname, '..', '..', '.cache', 'bin', 'git-credential-libsecret')

needs('the build and a keyring', built && hasKeyring)('import --from', () => {
  let session: Session
  let env: NodeJS.ProcessEnv = {}

  beforeAll(async () => {
    session = await startSession('unlocked', afterAll)
    env = { ...session.env, PATH: `${installCommands(join(session.folder, 'commands'))}:${session.env['PATH']}` }
  })

  const credbridge = (...words: string[]): Promise<Outcome> => run('credbridge', words, { env })
  const git = (verb: string, input: string) => run('git-credential-credbridge', [verb], { env, input })
  const keep = (label: string, secret: string | Buffer, ...attributes: string[]) =>
    run('secret-tool', ['store', `--label=${label}`, ...attributes], { env, input: secret })
  const found = async (...attributes: string[]) =>
    (await run('secret-tool', ['search', '--all', ...attributes], { env })).stdout

  needs('git-credential-libsecret', existsSync(libsecret))("git's own libsecret helper", () => {
    test('is copied with password, port and path, and removed only on request', async () => {
      const about = 'protocol=https\nhost=git.example.com:8443\npath=team/app\nusername=alice\n'
      await run(libsecret, ['store'], { env, input: `${about}password=p=1\n` })
      const preview = await credbridge('import', '--from', 'libsecret', '--dry-run')
      expect(preview).toMatchObject({ exitCode: 0, stdout: '' })
      expect(preview.stderr).toBe('alice at https://git.example.com:8443/team/app (basic)\n')
      expect((await git('get', about)).stdout).toBe('')

      expect(await credbridge('import', '--from', 'libsecret', '--yes')).toMatchObject({ exitCode: 0 })
      expect((await git('get', about)).stdout).toBe('username=alice\npassword=p=1\n')
      expect((await run(libsecret, ['get'], { env, input: about })).stdout).toContain('password=p=1\n')

      const early = await credbridge('import', '--from', 'libsecret', '--yes', '--remove')
      expect(early).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('git does not ask credbridge') })
      expect((await run(libsecret, ['get'], { env, input: about })).stdout).toContain('password=p=1\n')
      expect(await credbridge('setup', 'git')).toMatchObject({ exitCode: 0 })
      expect(await credbridge('import', '--from', 'libsecret', '--yes', '--remove')).toMatchObject({ exitCode: 0 })
      expect((await run(libsecret, ['get'], { env, input: about })).stdout).not.toContain('password')
      expect((await git('get', about)).stdout).toBe('username=alice\npassword=p=1\n')
      expect(await credbridge('import', '--from', 'libsecret')).toMatchObject({ exitCode: 1 })
    })
  })

  needsPrograms('docker-credential-secretservice')("docker's helper", () => {
    test('is copied, and what is nothing of its kind is left out', async () => {
      const helper = (verb: string, input: string) => run('docker-credential-secretservice', [verb], { env, input })
      await helper('store', '{"ServerURL":"registry.example.com:5000","Username":"bob","Secret":"d"}')
      await helper('store', '{"ServerURL":"https://index.docker.io/v1/","Username":"carol","Secret":"h"}')
      const outcome = await credbridge('import', '--from', 'docker-secretservice', '--yes')
      expect(outcome.exitCode).toBe(0)
      const docker = (input: string) => run('docker-credential-credbridge', ['get'], { env, input })
      expect(JSON.parse((await docker('registry.example.com:5000')).stdout)).toMatchObject({
        Username: 'bob',
        Secret: 'd',
      })
      expect(JSON.parse((await docker('https://index.docker.io/v1/')).stdout)).toMatchObject({ Username: 'carol' })
    })
  })

  needsPrograms('secret-tool')('those that leave an item each', () => {
    test('Git Credential Manager', async () => {
      const attributes = ['service', 'git:https://gcm.example.com', 'account', 'dave']
      await keep('git:https://gcm.example.com', 'g', 'xdg:schema', 'com.microsoft.GitCredentialManager', ...attributes)
      await keep('other', 'x', 'xdg:schema', 'com.microsoft.GitCredentialManager', 'service', 'nothing', 'account', 'x')
      const outcome = await credbridge('import', '--from', 'gcm', '--yes')
      expect(outcome.stderr).toContain('note: 1 of its items cannot be used\n')
      expect((await git('get', 'url=https://gcm.example.com')).stdout).toBe('username=dave\npassword=g\n')
    })

    test('an item whose secret is no text is named and left, and hides no other', async () => {
      const made = ['xdg:schema', 'com.microsoft.GitCredentialManager', 'account', 'dave', 'service']
      await keep('binary', Buffer.from([0xff, 0x41]), ...made, 'git:https://binary.example.com')
      await keep('text', 'g', ...made, 'git:https://text.example.com')
      const outcome = await credbridge('import', '--from', 'gcm', '--yes')
      expect(outcome.exitCode).toBe(0)
      expect(outcome.stderr).toContain(
        'note: left, dave at https://binary.example.com (basic): its secret is not text\n',
      )
      expect((await git('get', 'url=https://text.example.com')).stdout).toBe('username=dave\npassword=g\n')
      expect((await git('get', 'url=https://binary.example.com')).stdout).toBe('')
    })

    test('cargo', async () => {
      const index = 'sparse+https://cargo.example.com/index/'
      await keep('cargo-registry:x', 'Bearer t0ken', 'xdg:schema', 'org.rust-lang.cargo.registry', 'url', index)
      expect(await credbridge('import', '--from', 'cargo', '--yes')).toMatchObject({ exitCode: 0 })
      const { stdout } = await credbridge('get', '--json', 'https://cargo.example.com/index')
      expect(JSON.parse(stdout)).toEqual({ account: '', kind: 'bearer', owner: 'cargo', secret: 't0ken' })
    })

    test('uv, whose items serve pip and uv through us from then on', async () => {
      const attributes = ['service', 'uv:pkgs.example.com:8080', 'username', 'erin', 'target', 'default']
      await keep('erin@uv:pkgs.example.com:8080:default', 'u', 'application', 'uv', ...attributes)
      expect(await credbridge('import', '--from', 'uv', '--yes', '--remove', '--without-setup')).toMatchObject({
        exitCode: 0,
      })
      expect(await found('application', 'uv')).toBe('')
      const words = ['get', 'https://pkgs.example.com:8080/simple/', 'erin']
      expect((await run('credbridge-keyring', words, { env })).stdout).toBe('u\n')
    })
  })

  describe('words', () => {
    test('with a helper that nobody knows: usage', async () => {
      expect(await credbridge('import', '--from', 'nonsense')).toMatchObject({ exitCode: 2, stdout: '' })
    })
  })
})
