import { expect } from 'vitest'
import { built } from '../real/commands.ts'
import { thorough, usual } from '../real/depth.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { at, entriesIn, fill, inStore, keyring, lost, secretIn, start, vault } from './move-world.ts'

/*
 * `credbridge move` and `credbridge use`, by the built commands, between a real keyring and a vault.
 */

needs('the build (npm run build)', built)('built', () => {
  needsPrograms('dbus-daemon', 'gnome-keyring-daemon')('move', () => {
    usual('one endpoint goes, with its accounts and what was shared; the others stay', async () => {
      const world = await start()
      await world.set(at, 'ann', 's3cret')
      await world.set(`${at}/other`, 'ann', 'other')
      await world.credbridge('share', at, '--with', 'docker')
      const tried = await world.credbridge('move', at, '--to', vault, '--dry-run')
      expect(tried).toMatchObject({
        exitCode: 0,
        stderr: expect.stringContaining(`would move ann at ${at} (person, basic)\n`),
      })
      expect(await secretIn(world, vault, at)).toBe('')
      const moved = await world.credbridge('move', at, '--to', vault)
      expect(moved.exitCode).toBe(0)
      expect(moved.stderr).toContain(`moved ann at ${at} (person, basic)\n`)
      expect(moved.stderr).toContain('note: the vault store is not in use yet; to use it: credbridge use vault\n')
      expect(await entriesIn(world, keyring)).toEqual([`${at}/other`])
      expect(await secretIn(world, vault, at)).toBe('s3cret\n')
      const listed = await world.run('docker-credential-credbridge', ['list'], inStore(vault))
      expect(listed.stdout).toBe('{"git.example.com":"ann"}\n')
      expect(await world.credbridge('move', at, '--to', vault)).toMatchObject({ exitCode: 1 })
    })

    thorough('what a refused git erased goes along, and can still be brought back', async () => {
      const world = await start()
      const git = (verb: string) =>
        world.run('git-credential-credbridge', [verb], {
          input: 'protocol=https\nhost=git.example.com\nusername=ann\npassword=s3cret\n',
        })
      for (const verb of ['store', 'erase']) expect(await git(verb)).toMatchObject({ exitCode: 0 })
      expect(await world.credbridge('move', '--all', '--to', vault)).toMatchObject({ exitCode: 0 })
      expect((await world.credbridge('restore', at)).exitCode).not.toBe(0)
      expect(await world.run('credbridge', ['restore', at], inStore(vault))).toMatchObject({ exitCode: 0 })
      expect(await secretIn(world, vault, at)).toBe('s3cret\n')
    })

    usual('use says what stays and how to take it along; then everything is there, and here nothing', async () => {
      const world = await start()
      const endpoints = await fill(world, keyring, 3)
      await world.credbridge('use', keyring)
      const used = await world.credbridge('use', vault)
      expect(used.stderr).toContain('secrets are now kept in the vault store\n')
      const line = 'credbridge move --all --from secret-service --to vault'
      expect(used.stderr).toContain(`  ${line}\n`)
      expect(await world.credbridge(...line.split(' ').slice(1))).toMatchObject({ exitCode: 0 })
      expect([...(await entriesIn(world, vault))].sort()).toEqual(endpoints)
      expect(await entriesIn(world, keyring)).toEqual([])
      for (const endpoint of endpoints) expect((await world.credbridge('get', endpoint)).stdout).toBe(`${endpoint}\n`)
    })

    thorough('a keyring that is locked meanwhile ends it; nothing is lost', async () => {
      const world = await start()
      const endpoints = await fill(world, keyring, 6)
      const moving = world.credbridge('move', '--all', '--from', keyring, '--to', vault)
      await world.session.lock()
      const { exitCode, stderr } = await moving
      // Either the move was faster than the lock, or it says that it was not.
      if (exitCode !== 0) expect([exitCode, stderr]).toEqual([2, expect.stringContaining('locked')])
      await world.session.restart()
      expect(await lost(world, endpoints)).toEqual([])
      for (const store of [keyring, vault]) {
        for (const endpoint of await entriesIn(world, store)) {
          expect(await secretIn(world, store, endpoint)).toBe(`${endpoint}\n`)
        }
      }
    })

    thorough('what lies there already with another value is not replaced; the others go', async () => {
      const world = await start()
      const [first = '', second = ''] = await fill(world, keyring, 2)
      await world.set(first, 'ann', 'another', inStore(vault))
      const outcome = await world.credbridge('move', '--all', '--from', keyring, '--to', vault)
      expect(outcome.exitCode).toBe(2)
      expect(outcome.stderr).toContain(`stays: ann at ${first} (person, basic): the vault store has something else`)
      expect(outcome.stderr).toContain('1 moved to the vault store\n')
      expect([await secretIn(world, keyring, first), await secretIn(world, vault, first)]).toEqual([
        `${first}\n`,
        'another\n',
      ])
      expect([await secretIn(world, keyring, second), await secretIn(world, vault, second)]).toEqual([
        '',
        `${second}\n`,
      ])
    })

    thorough.each([
      [['--all', '--to', 'memory'], 'keeps nothing for long'],
      [['--all', '--to', keyring], 'it is in the secret-service store already'],
      [['--all', '--to', 'nowhere'], 'there is no store named nowhere'],
      [['--all', '--from', '../x', '--to', vault], 'there is no store named ../x'],
      [['--to', vault], 'name an endpoint, or --all'],
      [[at, '--all', '--to', vault], 'name an endpoint, or --all'],
    ])('%j is refused, and all stays', async (words, why) => {
      const world = await start()
      await world.set(at, 'ann', 's3cret')
      const outcome = await world.credbridge('move', ...words)
      expect(outcome).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(why) })
      expect(await secretIn(world, keyring, at)).toBe('s3cret\n')
    })

    thorough('a store that does not work is not settled on', async () => {
      const world = await start()
      await world.set(at, 'ann', 's3cret')
      for (const [store, why] of [
        ['helper:nowhere', 'docker-credential-nowhere is not on PATH'],
        ['helper:../x', 'that is not the name of a helper'],
        ['helper:credbridge', 'is credbridge itself'],
        ['memory', 'keeps nothing for long'],
        ['nowhere', 'there is no store named nowhere'],
      ] as const) {
        const outcome = await world.credbridge('use', store)
        expect(outcome).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(why) })
      }
      expect((await world.credbridge('get', at)).stdout).toBe('s3cret\n')
    })
  })
})
