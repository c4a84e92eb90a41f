import { expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { settled } from './choice-world.ts'
import { at, entriesIn, fill, inStore, keyring, lost, secretIn, start, vault } from './move-world.ts'

/* `credbridge use <store> --move`, by the built commands, between a real keyring and a vault. */

needs('the build (npm run build)', built)('built', () => {
  needsPrograms('dbus-daemon', 'gnome-keyring-daemon')('use --move', () => {
    test('moves all, then settles; a second time there is nothing to do', async () => {
      const world = await start()
      await world.credbridge('use', keyring)
      const endpoints = await fill(world, keyring, 2)
      const { stderr, exitCode } = await world.credbridge('use', vault, '--move')
      expect([stderr, exitCode]).toEqual([
        `moved ann at ${endpoints[0]} (person, basic)
moved ann at ${endpoints[1]} (person, basic)
2 moved to the vault store
secrets are now kept in the vault store
`,
        0,
      ])
      expect(settled(world)).toBe(vault)
      expect(await entriesIn(world, keyring)).toEqual([])
      for (const endpoint of endpoints) expect((await world.credbridge('get', endpoint)).stdout).toBe(`${endpoint}\n`)
      expect(await world.credbridge('use', vault, '--move')).toMatchObject({
        exitCode: 0,
        stderr: `secrets are kept in the vault store already
to move what another store keeps: credbridge move --all --from <store> --to vault
`,
      })
    })

    test('stopped half-way it settles nothing, loses nothing, and the same command goes on', async () => {
      const world = await start()
      await world.credbridge('use', keyring)
      const endpoints = await fill(world, keyring, 6)
      const moving = world.credbridge('use', vault, '--move')
      await world.session.lock()
      const { exitCode, stderr } = await moving
      await world.session.restart()
      expect(await lost(world, endpoints)).toEqual([])
      // Either the move was faster than the lock, or nothing is settled and the way on is named.
      if (exitCode === 0) return
      expect(stderr).toContain('hint: to go on where it stopped: credbridge use vault --move\n')
      expect(settled(world)).toBe(keyring)
      expect(await world.credbridge('use', vault, '--move')).toMatchObject({ exitCode: 0 })
      expect([...(await entriesIn(world, vault))].sort()).toEqual(endpoints)
    })

    test('what cannot be moved stays and is said; the rest is settled', async () => {
      const world = await start()
      await world.credbridge('use', keyring)
      const [first = '', second = ''] = await fill(world, keyring, 2)
      await world.set(first, 'ann', 'another', inStore(vault))
      const { exitCode, stderr } = await world.credbridge('use', vault, '--move')
      expect([exitCode, settled(world)]).toEqual([2, vault])
      expect(stderr).toContain('note: 1 could not be moved and stayed in the secret-service store\n')
      expect(await secretIn(world, keyring, first)).toBe(`${first}\n`)
      expect(await secretIn(world, vault, second)).toBe(`${second}\n`)
    })

    test('refused, and nothing moved, where another word goes first or the store does not work', async () => {
      const world = await start()
      await world.credbridge('use', keyring)
      await world.set(at, 'ann', 's3cret')
      for (const [words, why, options] of [
        [[vault], 'CREDBRIDGE_STORE names secret-service, which takes precedence', inStore(keyring)],
        [['helper:nowhere'], 'docker-credential-nowhere is not on PATH', {}],
        [['memory'], 'keeps nothing for long', {}],
      ] as const) {
        const outcome = await world.run('credbridge', ['use', ...words, '--move'], options)
        expect(outcome).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(why) })
        expect(settled(world)).toBe(keyring)
      }
      expect((await world.credbridge('get', at)).stdout).toBe('s3cret\n')
    })
  })
})
