import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { thorough, thoroughly, usual } from '../real/depth.ts'
import { client, needsPythonClients, openPythonWorld, type PythonWorld } from './python-world.ts'

/* The class that Python's keyring uses: what it asks besides us, and what it says when we cannot be run. */

async function openWorld(): Promise<PythonWorld> {
  const world = await openPythonWorld('vault')
  const outcome = await world.run('credbridge', ['setup', 'python', '--no-prove'])
  if (outcome.exitCode !== 0) throw new Error(outcome.stderr)
  return world
}

/** A package of somebody else with backends for keyring, as artifacts-keyring is one: found by its entry points. */
function installBackends(world: PythonWorld): Record<string, string> {
  const packages = join(world.session.folder, 'packages')
  mkdirSync(join(packages, 'their_keyrings-1.dist-info'), { recursive: true })
  writeFileSync(join(packages, 'their_keyrings-1.dist-info', 'METADATA'), 'Name: their-keyrings\nVersion: 1\n')
  const points = ['a = their_keyrings:load', 'b = their_broken', 'c = no_such_module']
  writeFileSync(
    join(packages, 'their_keyrings-1.dist-info', 'entry_points.txt'),
    `[keyring.backends]\n${points.join('\n')}\n`,
  )
  writeFileSync(join(packages, 'their_broken.py'), 'raise RuntimeError("broken at import")\n')
  writeFileSync(join(packages, 'their_keyrings.py'), theirBackends)
  return { ...world.env, PYTHONPATH: packages }
}

const theirBackends = `
from keyring import backend, credentials

def load():
    class Cloud(backend.KeyringBackend):
        priority = 9.9
        def get_credential(self, service, username):
            if service.endswith(".cloud.example.com/"):
                return credentials.SimpleCredential("cloud user", "by cloud")
        def get_password(self, service, username):
            found = self.get_credential(service, username)
            return found and found.password
        def set_password(self, service, username, password):
            raise NotImplementedError()
        def delete_password(self, service, username):
            raise NotImplementedError()

class Everything(backend.KeyringBackend):
    priority = 2
    def get_password(self, service, username):
        return "by everything"
    def set_password(self, service, username, password):
        raise AssertionError("a password was given to another backend")
    delete_password = set_password

class Weak(Everything):
    priority = 12
    def __init__(self, argument):
        pass

class NotRecommended(Everything):
    priority = 0.5

class NotHere(Everything):
    @property
    def priority(cls):
        raise RuntimeError("not on this system")
`

const asked = `
import keyring
cloud = "https://a.cloud.example.com/"
print(keyring.get_password(cloud, "u"), keyring.get_credential(cloud, None).username)
print(keyring.get_password("s", "u"), keyring.get_credential("s", None))
keyring.set_password(cloud, "u", "ours")
print(keyring.get_password(cloud, "u"), keyring.get_credential(cloud, None).username)
keyring.delete_password(cloud, "u")
print(keyring.get_password(cloud, "u"))
try:
    keyring.delete_password(cloud, "u")
except keyring.errors.PasswordDeleteError as error:
    print(error)
`

needsPythonClients("the class for Python's keyring", () => {
  usual('asks the backends of other packages for what credbridge does not have, and only for that', async () => {
    const world = await openWorld()
    const env = installBackends(world)
    const outcome = await world.run(client('tools', 'python'), ['-c', asked], { env })
    expect(outcome).toMatchObject({ exitCode: 0 })
    expect(outcome.stdout.split('\n')).toEqual([
      'by cloud cloud user',
      'by everything None',
      'ours u',
      'by cloud',
      'No such password!',
      '',
    ])
  })

  usual('setup and doctor say which are there', async () => {
    const world = await openWorld()
    const env = installBackends(world)
    env['PATH'] = `${world.env['PATH']?.split(':')[0]}:${join(client('tools', 'python'), '..')}`
    const told = `for what credbridge does not have, the keyring of ${client('tools', 'python3')} asks their_keyrings.Cloud, their_keyrings.Everything`
    const setup = await world.run('credbridge', ['setup', 'python'], { env })
    expect(setup).toMatchObject({ exitCode: 0 })
    expect(setup.stderr).toContain(`note: python: ${told}\n`)
    expect((await world.run('credbridge', ['doctor'], { env })).stdout).toContain(`note    python: ${told}\n`)
  })

  thorough('what is broken is not taken for absent: nobody else is asked', async () => {
    const world = await openWorld()
    const env = { ...installBackends(world), CREDBRIDGE_STORE: 'secret-service' }
    const script = `
import keyring
try:
    print(keyring.get_password("s", "u"))
except keyring.errors.NoKeyringError:
    print("no keyring")
`
    expect((await world.run(client('tools', 'python'), ['-c', script], { env })).stdout).toBe('no keyring\n')
  })

  thorough.each([
    ['keyring.set_password("s", "u", None)', 'PasswordSetError the password must be a str, not NoneType'],
    ['keyring.set_password("s", "u", b"p")', 'PasswordSetError the password must be a str, not bytes'],
    ['keyring.set_password("s", None, "p")', 'PasswordSetError the username must be a str, not NoneType'],
    ['keyring.get_password(None, "u")', 'KeyringError the service must be a str, not NoneType'],
    ['keyring.get_credential("s", 7)', 'KeyringError the username must be a str, not int'],
    ['keyring.delete_password("s", None)', 'PasswordDeleteError the username must be a str, not NoneType'],
  ])('%s says what is wrong with it', async (call, told) => {
    const world = await openWorld()
    const script = `
import keyring, warnings
warnings.simplefilter("ignore")
try:
    ${call}
except Exception as error:
    print(type(error).__name__, error)
`
    expect(await world.python('tools', script)).toBe(`${told}\n`)
  })
})

/** A person whose environment has no Node anywhere: an editor's, cron's. */
const withoutNode = { PATH: '/nowhere' }

needsPythonClients('without Node on PATH', () => {
  usual('the class answers', async () => {
    const world = await openWorld()
    const script = `
import keyring
keyring.set_password("s", "u", "p@ss")
print(keyring.get_password("s", "u"))
keyring.delete_password("s", "u")
`
    const env = { ...world.env, ...withoutNode }
    expect(await world.run(client('tools', 'python'), ['-c', script], { env })).toMatchObject({
      stdout: 'p@ss\n',
      stderr: '',
      exitCode: 0,
    })
  })

  thoroughly(describe.each([126, 127]))('a command that ends with %i, as one that cannot be run', (code) => {
    async function openBroken(): Promise<PythonWorld> {
      const world = await openWorld()
      const command = join(world.session.folder, 'broken')
      writeFileSync(command, `#!/bin/sh\necho 'what to do' >&2\nexit ${code}\n`, { mode: 0o755 })
      const module = join(world.session.folder, 'data', 'credbridge', 'python', 'credbridge_keyring.py')
      const text = readFileSync(module, 'utf8').replace(/^COMMAND = .*$/m, `COMMAND = "${command}"`)
      writeFileSync(module, text)
      return world
    }

    thorough('is no keyring, which says what mends it', async () => {
      const world = await openBroken()
      const script = `
import keyring
try:
    keyring.get_password("s", "u")
except keyring.errors.NoKeyringError as error:
    print(error)
`
      const told = await world.python('tools', script)
      expect(told).toContain('broken cannot be run (what to do); credbridge setup python fixes it')
    })

    thorough('flytekit goes on without a keyring', async () => {
      const world = await openBroken()
      const script = `
from flytekit.clients.auth.keyring import Credentials, KeyringStore
KeyringStore.store(Credentials("access", "refresh", "flyte.example.com"))
print(KeyringStore.retrieve("flyte.example.com"))
KeyringStore.delete("flyte.example.com")
`
      expect(await world.python('flyte', script)).toBe('None\n')
    })
  })
})
