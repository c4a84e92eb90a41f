import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { built, installCommands } from '../../real/commands.ts'
import { hasKeyring, needs } from '../../real/require.ts'
import { run } from '../../real/run.ts'
import { type Session, startSession } from '../../real/session.ts'
import { hasPythonKeyring, removeAll, shown } from './world.ts'

/*
 * What the `keychain` store wrote on Linux goes on working when `secret-service` is the store: the keychain's index says
 * what there is, and the first save makes the item one that can be found without it.
 */

const present = built && hasKeyring && hasPythonKeyring && process.env['CREDBRIDGE_TEST_STANDALONE'] === undefined

needs('the build, a keyring, and Python with keyring and secretstorage', present)('items of the keychain store', () => {
  let session: Session
  let env: NodeJS.ProcessEnv = {}

  beforeAll(async () => {
    session = await startSession('unlocked', afterAll)
    env = { ...session.env, PATH: `${installCommands(join(session.folder, 'commands'))}:${session.env['PATH']}` }
  })

  const about = 'protocol=https\nhost=git.example.com\nusername=ann\n'
  const call = async (store: string, command: string, words: readonly string[], input = '') => {
    const ran = await run(command, words, { env: { ...env, CREDBRIDGE_STORE: store }, input })
    return ran.stdout
  }
  const git = (store: string, verb: string, more = '') =>
    call(store, 'git-credential-credbridge', [verb], `${about}${more}`)
  const answer = (secret: string) => `username=ann\npassword=${secret}\n`

  test("git's: found, listed, changed and removed, and the keychain store keeps up", async () => {
    await git('keychain', 'store', 'password=one\n')
    expect(await git('secret-service', 'get')).toBe(answer('one'))
    expect(await call('secret-service', 'credbridge', ['list'])).toContain('https://git.example.com')

    await git('secret-service', 'store', 'password=two\n')
    expect(await git('keychain', 'get')).toBe(answer('two'))
    expect(await git('secret-service', 'get')).toBe(answer('two'))
    const [item, another] = await shown(session, { service: 'git:https://git.example.com' })
    expect(another).toBeUndefined()
    expect(item?.attributes).toMatchObject({ application: 'credbridge', endpoint: 'https://git.example.com' })

    await git('keychain', 'store', 'password=three\n')
    expect(await git('secret-service', 'get')).toBe(answer('three'))
    await git('secret-service', 'erase')
    expect(await git('keychain', 'get')).toBe('')
    expect(await shown(session, { service: 'git:https://git.example.com' })).toEqual([])
  })

  test('one that a tool borrows is found through another tool', async () => {
    await removeAll(session)
    await git('keychain', 'store', 'password=one\n')
    const borrowed = await call('secret-service', 'docker-credential-credbridge', ['get'], 'git.example.com')
    expect(JSON.parse(borrowed)).toMatchObject({ Username: 'ann', Secret: 'one' })
  })

  test("Python's: found, changed and removed, as one item", async () => {
    const keyring = (store: string, words: readonly string[], input = '') =>
      call(store, 'credbridge-keyring', [...words, 'a service', 'ann'], input)
    await keyring('keychain', ['set'], 'one\n')
    expect(await keyring('secret-service', ['get'])).toBe('one\n')
    await keyring('secret-service', ['set'], 'two\n')
    expect(await keyring('keychain', ['get'])).toBe('two\n')
    expect(await shown(session, { service: 'a service' })).toHaveLength(1)
    await keyring('secret-service', ['del'])
    expect(await keyring('keychain', ['get'])).toBe('')
  })
})
