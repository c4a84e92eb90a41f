import { describe, expect, test } from 'vitest'
import { thorough, thoroughly, usual } from '../real/depth.ts'
import { storesInTurn } from '../real/stores.ts'
import { client, needsPythonClients, openPythonWorld, type PythonWorld, stores } from './python-world.ts'

/** What a text can be: each comes back as it was. */
const texts: readonly string[] = [
  'pw',
  '',
  ' ',
  '\n',
  'two\nlines\n\n',
  'windows\r\nlines\r\n',
  '\r',
  'tab\tand\u0000nul',
  'é ü ß 漢字 😀 \u2028\u2029\ufeff',
  '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n',
  'credbridge:1:{"kind":"text","secret":"not this"}',
  'credbridge:2:later',
  '{"json": "too"}',
  'x'.repeat(100_000),
]

/** A person whose Python uses our backend. */
async function withBackend(world: PythonWorld): Promise<PythonWorld> {
  const outcome = await world.run('credbridge', ['setup', 'python', '--no-prove'])
  if (outcome.exitCode !== 0) throw new Error(outcome.stderr)
  return world
}

const throughTheLibrary = `
import json, sys, keyring
from keyring.errors import PasswordDeleteError
assert type(keyring.get_keyring()).__module__ == "credbridge_keyring", keyring.get_keyring()
for number, text in enumerate(json.load(sys.stdin)):
    user = "user %d é" % number
    assert keyring.get_password("a service: é", user) is None
    keyring.set_password("a service: é", user, text)
    assert keyring.get_password("a service: é", user) == text, repr(text)
    found = keyring.get_credential("a service: é", user)
    assert (found.username, found.password) == (user, text)
    keyring.set_password("a service: é", user, "replaced")
    assert keyring.get_password("a service: é", user) == "replaced"
    keyring.delete_password("a service: é", user)
    assert keyring.get_password("a service: é", user) is None
    try:
        keyring.delete_password("a service: é", user)
        sys.exit("nothing was deleted and nothing said")
    except PasswordDeleteError as error:
        assert str(error) == "No such password!"
assert keyring.get_credential("a service: é", None) is None
keyring.set_password("https://pkgs.example.com/legacy/", "alice", "one")
assert keyring.get_credential("https://pkgs.example.com/legacy/", None).username == "alice"
keyring.set_password("s" * 100000, "", "empty user")
assert keyring.get_password("s" * 100000, "") == "empty user"
try:
    keyring.set_password("s", "u", "\\ud800")
    sys.exit("a lone surrogate was kept")
except keyring.errors.PasswordSetError as error:
    assert "valid Unicode" in str(error)
print("all well")
`

needsPythonClients("Python's keyring with our backend", () => {
  thoroughly(describe.each(stores))('on %s', (store) => {
    thorough(
      'any text comes back as it was; a miss is a miss',
      async () => {
        const world = await withBackend(await openPythonWorld(store))
        const outcome = await world.run(client('tools', 'python'), ['-c', throughTheLibrary], {
          input: JSON.stringify(texts),
          timeout: 110_000,
        })
        expect(outcome).toMatchObject({ stderr: '', stdout: 'all well\n', exitCode: 0 })
      },
      120_000,
    )

    thorough('of several accounts whoever names none gets one, also of two saved in the same second', async () => {
      const world = await withBackend(await openPythonWorld(store))
      const script = `
import keyring
for user in ["zoe", "ben", "ann"]:
    keyring.set_password("a service", user, "of " + user)
found = [keyring.get_credential("a service", None) for _ in range(3)]
print(len({it.username for it in found}), all(it.password == "of " + it.username for it in found))
`
      expect(await world.python('tools', script)).toBe('1 True\n')
    })
  })

  describe.each(storesInTurn(stores))('on %s', (store) => {
    test("Python's own keyring command, with our backend, shows the same items as ours", async () => {
      const world = await withBackend(await openPythonWorld(store))
      const theirs = (...words: string[]) => world.run(client('tools', 'keyring'), words, { input: 'from theirs\n' })
      expect(await theirs('set', 'sys', 'bob')).toMatchObject({ exitCode: 0, stderr: '' })
      expect((await world.run('keyring', ['get', 'sys', 'bob'])).stdout).toBe('from theirs\n')
      await world.keep('sys', 'bob', 'from ours')
      expect((await theirs('get', 'sys', 'bob')).stdout).toBe('from ours\n')
      expect(await theirs('del', 'sys', 'bob')).toMatchObject({ exitCode: 0 })
      expect(await world.run('keyring', ['get', 'sys', 'bob'])).toMatchObject({ stdout: '', exitCode: 1 })
    })
  })

  const failing = (verb: string) => `
import keyring, sys
try:
    ${verb}
    print("nothing was raised")
except Exception as error:
    print(type(error).__name__, error.__suppress_context__ or error.__context__ is None)
`
  const verbs = {
    get: 'keyring.get_password("s", "u")',
    credential: 'keyring.get_credential("s", None)',
    set: 'keyring.set_password("s", "u", "p")',
    delete: 'keyring.delete_password("s", "u")',
  }

  thorough.each(Object.entries(verbs))("what is broken has keyring's own name: %s", async (_name, verb) => {
    const world = await withBackend(await openPythonWorld('secret-service'))
    await world.keep('s', 'u', 'p')
    await world.session.lock()
    expect(await world.python('tools', failing(verb))).toContain('KeyringLocked')
    await world.session.kill()
    expect(await world.python('tools', failing(verb))).toContain('NoKeyringError')
  })

  thorough('a command that is gone is no keyring, and says what turns it off', async () => {
    const world = await withBackend(await openPythonWorld('vault'))
    const script = `
import credbridge_keyring, keyring
credbridge_keyring.COMMAND = "/nowhere/credbridge-keyring"
try:
    keyring.get_password("s", "u")
except keyring.errors.NoKeyringError as error:
    print(error)
`
    const told = await world.python('tools', `import keyring; keyring.get_keyring()\n${script}`)
    expect(told).toContain('/nowhere/credbridge-keyring cannot be run')
    expect(told).toContain('credbridge setup python --undo')
  })
})

/** Every item of the keyring, as the Secret Service has them. gnome-keyring adds `xdg:schema` at a time of its own. */
const allItems = `
import json, secretstorage
bus = secretstorage.dbus_init()
items = []
for item in secretstorage.get_default_collection(bus).get_all_items():
    attributes = {name: value for name, value in item.get_attributes().items() if name != "xdg:schema"}
    items.append([attributes, item.get_label(), item.get_secret().decode("utf-8"), item.get_secret_content_type()])
print(json.dumps(items))
`

needsPythonClients("Python's own SecretService backend and we", () => {
  const backend = { PYTHON_KEYRING_BACKEND: 'keyring.backends.SecretService.Keyring' }

  async function both() {
    const world = await openPythonWorld('secret-service')
    const theirs = (words: readonly string[], input = '') =>
      world.run(client('tools', 'keyring'), words, { env: { ...world.env, ...backend }, input })
    const items = async () =>
      JSON.parse(await world.python('tools', allItems)) as [Record<string, string>, ...unknown[]][]
    return { world, theirs, items }
  }

  thorough.each(texts.filter((text) => text !== '' && !text.includes('\u0000') && text.length < 1000))(
    'have the same items, byte for byte: %j',
    async (text) => {
      const { world, theirs, items } = await both()
      const password = text === '\n' ? '\n\n' : text
      expect(await theirs(['set', 'a service', 'ann'], `${password}\n`)).toMatchObject({ exitCode: 0 })
      expect((await world.run('keyring', ['get', 'a service', 'ann'])).stdout).toBe(`${password}\n`)
      const before = await items()
      await world.keep('a service', 'ann', 'changed by us')
      expect((await theirs(['get', 'a service', 'ann'])).stdout).toBe('changed by us\n')
      expect(await theirs(['set', 'a service', 'ann'], `${password}\n`)).toMatchObject({ exitCode: 0 })
      expect(await items()).toEqual(before)
      expect((await world.run('keyring', ['get', 'a service', 'ann'])).stdout).toBe(`${password}\n`)
      expect(await world.run('keyring', ['del', 'a service', 'ann'])).toMatchObject({ exitCode: 0 })
      expect(await items()).toEqual([])
    },
  )

  usual('what we made first is found, changed and deleted by Python, without a second item', async () => {
    const { world, theirs, items } = await both()
    await world.keep('a service', 'ann', 'ours\nof two lines')
    const [ours] = await items()
    expect(ours?.[0]).toMatchObject({ service: 'a service', username: 'ann' })
    expect(ours?.[2]).toBe('ours\nof two lines')
    expect((await theirs(['get', 'a service', 'ann'])).stdout).toBe('ours\nof two lines\n')
    expect((await theirs(['--mode', 'creds', 'get', 'a service'])).stdout).toBe('ann\nours\nof two lines\n')
    expect(await theirs(['set', 'a service', 'ann'], 'theirs\n')).toMatchObject({ exitCode: 0 })
    expect(await items()).toHaveLength(1)
    expect((await world.run('keyring', ['get', 'a service', 'ann'])).stdout).toBe('theirs\n')
    expect(await theirs(['del', 'a service', 'ann'])).toMatchObject({ exitCode: 0 })
    expect(await world.run('keyring', ['get', 'a service', 'ann'])).toMatchObject({ exitCode: 1, stdout: '' })
  })
})
