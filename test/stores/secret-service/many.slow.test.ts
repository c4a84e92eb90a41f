import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { isCredential } from '../../../src/core/credential.ts'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { attributesOf, labelOf } from '../../../src/stores/secret-service/items.ts'
import { askedBy, someone } from '../../asker.ts'
import { built, installCommands } from '../../real/commands.ts'
import { needs } from '../../real/require.ts'
import { run } from '../../real/run.ts'
import { type Session, startSession } from '../../real/session.ts'
import { gits, hasPythonKeyring, python, secretsAt, shown, storeOn } from './world.ts'

needs('Python with keyring and secretstorage', hasPythonKeyring)('a thousand items', () => {
  const addresses = Array.from({ length: 1_000 }, (_, at) => parseAddress(`https://host-${at}.example.com`))
  const entries = addresses.map((endpoint) => gits(`secret of ${endpoint.key}`, { endpoint }))

  test('of ours: each is found by itself and with all others, listed, changed and removed', async () => {
    const session = await startSession('unlocked', onTestFinished)
    const items = entries.map((entry) => [
      labelOf(entry),
      Object.fromEntries(attributesOf(entry)),
      entry.secret.expose(),
    ])
    await fill(session, items)
    const store = storeOn(session)
    expect(await store.list(someone)).toHaveLength(1_000)
    const found = await store.find(someone, addresses)
    const secrets = found.map((one) => [one.endpoint.key, isCredential(one) ? one.secret.expose() : '']).sort()
    expect(secrets).toEqual(addresses.map(({ key }) => [key, `secret of ${key}`]).sort())
    const [first = gits('')] = entries
    expect(await secretsAt(store, first.endpoint)).toEqual([`secret of ${first.endpoint.key}`])
    await store.save(someone, { ...first, secret: new Secret('changed') })
    expect(await secretsAt(store, first.endpoint)).toEqual(['changed'])
    const removed = await Promise.all(entries.map((entry) => store.remove(someone, entry)))
    expect(removed.every(Boolean)).toBe(true)
    expect(await store.list(someone)).toEqual([])
  }, 60_000)

  test('of other people: neither found nor listed, and ours is', async () => {
    const session = await startSession('unlocked', onTestFinished)
    const attributes = (at: number) => ({ service: `git:https://host-${at}.example.com`, account: 'ann' })
    const items = addresses.map((_, at) => [`${at}`, attributes(at), 'x'])
    await fill(session, items)
    const store = askedBy({ tool: 'git' }, storeOn(session))
    await store.save(someone, gits('ours'))
    expect(await store.list(someone)).toMatchObject([{ account: 'ann', owner: 'git' }])
    expect(await store.find(someone, addresses)).toEqual([])
    expect(await secretsAt(store)).toEqual(['ours'])
  }, 60_000)
})

/** Into the collection that lies in memory only: gnome-keyring writes a file of all items for each new one in another. */
async function fill(session: Session, items: readonly unknown[]): Promise<void> {
  await python(
    session,
    `import secretstorage
     memory = secretstorage.get_collection_by_alias(secretstorage.dbus_init(), 'session')
     [memory.create_item(label, attributes, secret.encode()) for label, attributes, secret in values[0]]`,
    items,
  )
}

needs('the build (npm run build)', built)('thirty clients at once', () => {
  let session: Session
  let env: NodeJS.ProcessEnv = {}

  beforeAll(async () => {
    session = await startSession('unlocked', afterAll)
    const commands = installCommands(join(session.folder, 'commands'))
    env = { ...session.env, PATH: `${commands}:${session.env['PATH']}`, CREDBRIDGE_STORE: 'secret-service' }
  })

  const clients = Array.from({ length: 30 }, (_, at) => at)
  const git = (verb: string, host: string, more = '') =>
    run('git-credential-credbridge', [verb], { env, input: `protocol=https\nhost=${host}\nusername=ann\n${more}` })

  test('at thirty hosts: each keeps and gets its own', async () => {
    const host = (at: number) => `host-${at}.example.com`
    const stored = await Promise.all(clients.map((at) => git('store', host(at), `password=p${at}\n`)))
    expect(stored.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(clients.map(() => [0, '']))
    const got = await Promise.all(clients.map((at) => git('get', host(at))))
    expect(got.map(({ stdout }) => stdout)).toEqual(clients.map((at) => `username=ann\npassword=p${at}\n`))
  }, 60_000)

  test('at one place: one item, with the whole secret of one of them', async () => {
    const stored = await Promise.all(clients.map((at) => git('store', 'one.example.com', `password=p${at}\n`)))
    expect(stored.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(clients.map(() => [0, '']))
    const items = await shown(session, { service: 'git:https://one.example.com' })
    expect(items).toHaveLength(1)
    expect(clients.map((at) => `p${at}`)).toContain(items[0]?.secret)
    expect((await git('get', 'one.example.com')).stdout).toBe(`username=ann\npassword=${items[0]?.secret}\n`)
  }, 60_000)
})
