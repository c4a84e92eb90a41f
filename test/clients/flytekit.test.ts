import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { thorough, thoroughly, usual } from '../real/depth.ts'
import { storesInTurn } from '../real/stores.ts'
import { needsPythonClients, openPythonWorld, type PythonWorld, stores } from './python-world.ts'

const library = join(import.meta.dirname, '..', '..', 'dist', 'library', 'index.mjs')

/** Runs a program that imports our library as it was built; it prints JSON. */
async function ours(world: PythonWorld, program: string): Promise<unknown> {
  const source = `import { Credentials, KeyringStore, getKeyring } from ${JSON.stringify(library)}\nconst print = (it) => process.stdout.write(JSON.stringify(it ? { ...it } : null))\n${program}`
  const outcome = await world.run(process.execPath, ['--input-type=module', '--eval', source])
  if (outcome.exitCode !== 0) throw new Error(outcome.stderr)
  return JSON.parse(outcome.stdout)
}

/** The same in Python, with flytekit's own KeyringStore. */
async function theirs(world: PythonWorld, program: string): Promise<unknown> {
  const source = `import dataclasses, json\nfrom flytekit.clients.auth.keyring import Credentials, KeyringStore\n${program}`
  return JSON.parse(await world.python('flyte', source))
}

const retrieveTheirs = `
found = KeyringStore.retrieve("flyte.example.com:443")
print(json.dumps(found and dataclasses.asdict(found)))
`

needsPythonClients("flytekit's KeyringStore and ours", () => {
  describe.each(storesInTurn(stores))('on %s', (store) => {
    test('what we store flytekit retrieves and deletes', async () => {
      const world = await openPythonWorld(store)
      await world.run('credbridge', ['setup', 'python', '--no-prove'])
      const stored = await ours(
        world,
        'print(await KeyringStore.store(new Credentials({ accessToken: "aaa", refreshToken: "rrr", idToken: "iii", forEndpoint: "flyte.example.com:443", expiresIn: 3600 })))',
      )
      expect(stored).toMatchObject({ accessToken: 'aaa', expiresIn: 3600 })
      expect(await theirs(world, retrieveTheirs)).toEqual({
        access_token: 'aaa',
        refresh_token: 'rrr',
        for_endpoint: 'flyte.example.com:443',
        expires_in: null,
        id_token: 'iii',
      })
      const again = (await ours(world, 'print(await KeyringStore.retrieve("flyte.example.com:443"))')) as {
        expiresIn: number
      }
      expect(again.expiresIn).toBeGreaterThan(0)
      expect(again.expiresIn).toBeLessThanOrEqual(3600)
      await theirs(world, 'KeyringStore.delete("flyte.example.com:443"); print("null")')
      expect(await ours(world, 'print(await KeyringStore.retrieve("flyte.example.com:443"))')).toBeNull()
    })
  })

  thoroughly(describe.each(stores))('on %s', (store) => {
    thorough('what flytekit stores we retrieve and delete', async () => {
      const world = await openPythonWorld(store)
      await world.run('credbridge', ['setup', 'python', '--no-prove'])
      await theirs(
        world,
        'KeyringStore.store(Credentials("aaa", "rrr", "flyte.example.com:443", 3600, "iii")); print("null")',
      )
      expect(await ours(world, 'print(await KeyringStore.retrieve("flyte.example.com:443"))')).toEqual({
        accessToken: 'aaa',
        refreshToken: 'rrr',
        forEndpoint: 'flyte.example.com:443',
        idToken: 'iii',
      })
      expect(await ours(world, 'print(await KeyringStore.delete("flyte.example.com:443"))')).toBeNull()
      expect(await theirs(world, retrieveTheirs)).toBeNull()
      await theirs(world, 'KeyringStore.delete("flyte.example.com:443"); print("null")')
    })
  })

  thorough('without a keychain flytekit goes on, and so do we', async () => {
    const world = await openPythonWorld('vault')
    await world.run('credbridge', ['setup', 'python', '--no-prove'])
    const env = { ...world.env, CREDBRIDGE_STORE: 'secret-service' }
    const away = { ...world, run: (program: string, words: readonly string[]) => world.run(program, words, { env }) }
    expect(await ours(away, 'print(await KeyringStore.store({ accessToken: "aaa" }))')).toMatchObject({
      accessToken: 'aaa',
    })
    expect(await ours(away, 'print(await KeyringStore.retrieve("flyte-default"))')).toBeNull()
  })

  usual('which store is in use', async () => {
    const world = await openPythonWorld('vault')
    expect(await ours(world, 'print(await getKeyring())')).toEqual({
      name: 'vault',
      lasts: 'forever',
      asked: ['vault'],
    })
  })
})
