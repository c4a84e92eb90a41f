import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { at, kept, settled, start, vaultOf } from './choice-world.ts'

/*
 * The stores that the settings file or the environment names, by the built commands, on real keyrings.
 */

needs('the build (npm run build)', built)('built', () => {
  needsPrograms(
    'dbus-daemon',
    'gnome-keyring-daemon',
    'secret-tool',
  )('the stores that are set', () => {
    test('the settings file goes before what was settled, the environment before both; nothing settles then', async () => {
      const world = await start('unlocked')
      world.settings('store = "vault"\n')
      expect(await world.set(at, 'ann', 'in the vault')).toMatchObject(kept)
      const more = { CREDBRIDGE_STORE: 'secret-service' }
      expect(await world.set(at, 'ann', 'in the keyring', { more })).toMatchObject(kept)
      expect(settled(world)).toBeUndefined()
      expect((await world.credbridge('get', at)).stdout).toBe('in the vault\n')
      expect((await world.run('credbridge', ['get', at], { more })).stdout).toBe('in the keyring\n')
      const used = await world.credbridge('use', 'secret-service')
      expect(used.stderr).toContain('note: the settings file names vault, which takes precedence\n')
      expect((await world.credbridge('get', at)).stdout).toBe('in the vault\n')
    })

    test('a chain is read in its order and saved to its first; a locked store on the way stops it', async () => {
      const world = await start('unlocked')
      const inVault = { CREDBRIDGE_STORE: 'vault' }
      await world.set(at, 'ann', 'old', { more: inVault })
      await world.set(`${at}/only-there`, 'ann', 'there', { more: inVault })
      world.settings('stores = ["secret-service", "vault"]\n')
      expect((await world.credbridge('get', at)).stdout).toBe('old\n')
      await world.set(at, 'ann', 'new')
      expect((await world.credbridge('get', at)).stdout).toBe('new\n')
      expect((await world.run('credbridge', ['get', at], { more: inVault })).stdout).toBe('old\n')
      await world.session.lock()
      const outcome = await world.credbridge('get', at)
      expect(outcome).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('locked') })
      await world.session.kill()
      expect(await world.credbridge('get', `${at}/only-there`)).toMatchObject({ exitCode: 2, stdout: '' })
    })

    test.each([
      ['store = "vault"\nstores = ["vault"]\n', 'store and stores'],
      ['store = "nowhere"\n', 'there is no store named nowhere'],
      ['stores = []\n', 'stores must be a list'],
      ['store = ""\n', 'store must be a text'],
    ])('%j is an error that says what is wrong', async (toml, why) => {
      const world = await start('no-bus')
      world.settings(toml)
      const outcome = await world.set(at, 'ann', 's3cret')
      expect(outcome).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(why) })
      expect(existsSync(vaultOf(world))).toBe(false)
    })

    test('nothing in the working directory has a say', async () => {
      const world = await start('no-bus')
      const project = join(world.session.folder, 'project')
      mkdirSync(join(project, 'credbridge'), { recursive: true })
      const more = { XDG_CONFIG_HOME: '.', XDG_STATE_HOME: '.', XDG_DATA_HOME: '.' }
      await world.set(at, 'ann', 's3cret', { cwd: project, more })
      expect(readdirSync(project)).toEqual(['credbridge'])
      expect(readdirSync(join(project, 'credbridge'))).toEqual([])
    })
  })
})
