import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { built, isStandalone } from '../real/commands.ts'
import { thorough, usual } from '../real/depth.ts'
import { needs, needsPrograms } from '../real/require.ts'
import type { KeyringState } from '../real/session.ts'
import { onlyWith, startWorld, type World } from '../real/world.ts'

/*
 * What doctor says about the stores, by the built command, on real buses and keyrings.
 */

const at = 'https://git.example.com'

const start = async (state: KeyringState) => onlyWith(await startWorld(state, onTestFinished))

interface Report {
  readonly because: string
  readonly stores: readonly { readonly name: string; readonly inUse: boolean; readonly works?: boolean }[]
  readonly checks: readonly { readonly check: string; readonly state: string; readonly says: string }[]
}

async function report(world: World, more: Record<string, string> = {}): Promise<Report & { exitCode: number | null }> {
  const { stdout, stderr, exitCode } = await world.run('credbridge', ['doctor', '--json'], { more })
  expect(stderr).toBe('')
  return { ...JSON.parse(stdout), exitCode }
}

async function doctor(world: World, more: Record<string, string> = {}): Promise<{ text: string; exitCode: unknown }> {
  const { stdout, exitCode } = await world.run('credbridge', ['doctor'], { more })
  return { text: stdout, exitCode }
}

async function itemsLeft(world: World): Promise<string> {
  return (await world.run('secret-tool', ['search', '--all', 'application', 'credbridge'])).stdout
}

needs('the build (npm run build)', built)('built', () => {
  needsPrograms(
    'dbus-daemon',
    'gnome-keyring-daemon',
    'secret-tool',
  )('doctor', () => {
    usual('says which store is in use and why, how long it lasts, what it protects, and that it works', async () => {
      const world = await start('unlocked')
      const before = await report(world)
      expect(before).toMatchObject({
        exitCode: 0,
        because: 'not settled',
        stores: [
          {
            name: 'secret-service',
            inUse: false,
            lasts: 'until it is removed',
            protects: expect.stringMatching(
              /^encrypted under your login password: while it is unlocked, every program/,
            ),
            works: true,
          },
          { name: 'vault', inUse: false, protects: expect.stringMatching(/^not made yet/) },
        ],
      })
      expect(before.stores[1]).not.toHaveProperty('works')
      expect((await doctor(world)).text).toContain(
        '\nok      store: none is settled on yet: the first save settles on secret-service\n',
      )
      await world.set(at, 'ann', 's3cret')
      expect(await report(world)).toMatchObject({
        exitCode: 0,
        because: 'settled',
        stores: [{ name: 'secret-service', inUse: true, works: true }, { inUse: false }],
      })
      const { text, exitCode } = await doctor(world)
      expect(exitCode).toBe(0)
      expect(text).toContain(
        'ok      store: in use: secret-service; settled on by setup, by the first save or by credbridge use\n',
      )
      expect(text).toContain(
        'ok      secret-service: in use; kept until it is removed; encrypted under your login password',
      )
      expect(text).toContain('ok      secret-service: kept a throw-away entry, found it and removed it\n')
    })

    usual('leaves nothing behind and settles nothing', async () => {
      const world = await start('unlocked')
      await report(world)
      expect(await itemsLeft(world)).toBe('')
      for (const folder of ['XDG_STATE_HOME', 'XDG_DATA_HOME', 'XDG_CONFIG_HOME']) {
        expect(existsSync(join(world.env[folder] ?? '', 'credbridge'))).toBe(false)
      }
    })

    thorough('a vault with a key file is called what it is', async () => {
      const world = await start('no-bus')
      expect((await doctor(world)).text).toMatch(
        /^note {4}store: none is settled on yet: the first save settles on the vault$/m,
      )
      await world.set(at, 'ann', 's3cret')
      const keyFile = join(world.env['XDG_STATE_HOME'] ?? '', 'credbridge', 'vault.key')
      const { text, exitCode } = await doctor(world)
      expect(exitCode).toBe(0)
      expect(text).toContain(
        `obfuscated, not secret: anyone who can read the vault and the key file ${keyFile} can open it\n`,
      )
      expect(text).toContain('ok      vault: kept a throw-away entry, found it and removed it\n')
      expect(text).toContain('skipped secret-service: would not work: the session bus cannot be reached\n')
      rmSync(keyFile)
      const broken = await doctor(world)
      expect(broken.exitCode).toBe(2)
      expect(broken.text).toMatch(
        /^WRONG {3}vault: .*; restore the key file of this vault: .*\n {8}fix: credbridge vault put-aside$/m,
      )
    })

    usual('a locked keyring while nothing is settled is wrong, with the ways out', async () => {
      const world = await start('locked')
      const { text, exitCode } = await doctor(world, { SSH_CONNECTION: '192.0.2.1 50000 192.0.2.2 22' })
      expect(exitCode).toBe(2)
      expect(text).toContain(
        'WRONG   store: none is settled on yet, and nothing can be kept while secret-service is there',
      )
      expect(text).toMatch(/ does not work; unlock it: .*; or settle on another store\n {8}fix: credbridge use vault\n/)
      expect(text).toContain('skipped secret-service: would not work: the keyring is locked\n')
    })

    thorough('a bus that says nothing is wrong while nothing is settled, and no reason to wait for ever', async () => {
      const world = await start('silent-bus')
      const { exitCode, stores } = await report(world)
      expect(exitCode).toBe(2)
      expect(stores[0]).toMatchObject({ name: 'secret-service', works: false, failure: 'timeout' })
    })

    thorough('a person at the screen may yet be asked to set the keychain up', async () => {
      const world = await start('no-collection')
      const { text, exitCode } = await doctor(world, { DISPLAY: ':7' })
      expect(exitCode).toBe(0)
      expect(text).toContain('settles on the vault, unless the keychain can ask you to set it up\n')
    })

    thorough('a settled keychain that is gone is wrong, with where the secrets lie', async () => {
      const world = await start('unlocked')
      await world.set(at, 'ann', 's3cret')
      await world.session.kill()
      const { exitCode, checks, stores } = await report(world)
      expect(exitCode).toBe(2)
      expect(stores[0]).toMatchObject({ name: 'secret-service', inUse: true, works: false, failure: 'unavailable' })
      expect(checks).toContainEqual(expect.objectContaining({ check: 'secret-service', state: 'wrong' }))
    })

    thorough('every store of a chain is tried, and who says so is said', async () => {
      const world = await start('unlocked')
      await world.set(at, 'ann', 's3cret', { more: { CREDBRIDGE_STORE: 'vault' } })
      world.settings('stores = ["vault", "secret-service"]\n')
      const tried = await report(world)
      expect(tried).toMatchObject({ exitCode: 0, because: 'settings' })
      expect(tried.stores.map(({ name, inUse, works }) => [name, inUse, works])).toEqual([
        ['vault', true, true],
        ['secret-service', true, true],
      ])
      expect((await doctor(world)).text).toContain(
        'ok      store: in use: vault, then secret-service; the settings file says so\n',
      )
      const named = await report(world, { CREDBRIDGE_STORE: 'helper:nowhere' })
      expect(named).toMatchObject({ exitCode: 2, because: 'environment' })
      expect(named.stores[0]).toMatchObject({ name: 'helper:nowhere', inUse: true, works: false })
      expect(named.stores.map(({ name }) => name)).toEqual(['helper:nowhere', 'secret-service', 'vault'])
    })

    thorough('settings that cannot be understood are wrong, and the rest is looked at all the same', async () => {
      const world = await start('no-bus')
      world.settings('store = \n')
      const { exitCode, checks } = await report(world)
      expect(exitCode).toBe(2)
      expect(checks).toContainEqual(expect.objectContaining({ check: 'settings', state: 'wrong' }))
      expect(checks).toContainEqual(expect.objectContaining({ check: 'store', state: 'skipped' }))
      expect(checks.filter(({ check }) => check === 'git')).not.toEqual([])
    })

    thorough('a key of the settings that this version does not know is named, and ignored', async () => {
      const world = await start('no-bus')
      world.settings('stroe = "vault"\n[later]\nkey = 1\n')
      const { checks } = await report(world)
      const notes = checks.filter(({ check, state }) => check === 'settings' && state === 'note')
      expect(notes.map(({ says }) => says)).toEqual([
        'the settings have an unknown key: stroe',
        'the settings have an unknown key: later.key',
      ])
    })

    thorough.each(['BUN_OPTIONS', 'BUN_BE_BUN'])('%s is warned about', async (name) => {
      const world = await start('no-bus')
      expect((await report(world)).checks.filter(({ check }) => check === 'environment')).toEqual([])
      // Bun itself obeys it; what is tested is our build for Node.
      if (isStandalone) return
      expect((await report(world, { [name]: '1' })).checks).toContainEqual({
        check: 'environment',
        state: 'note',
        says: expect.stringContaining(`${name} is set`),
        fix: `unset ${name}`,
      })
    })
  })
})
