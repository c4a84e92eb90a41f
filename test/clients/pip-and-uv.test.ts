import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { thorough, usual } from '../real/depth.ts'
import { storesInTurn } from '../real/stores.ts'
import {
  client,
  file,
  type Index,
  needsPythonClients,
  openPythonWorld,
  type PythonWorld,
  startIndex,
  stores,
} from './python-world.ts'

const withUser = (origin: string) => origin.replace('://', '://alice@')

function pip(world: PythonWorld, environment: 'pip-old' | 'pip-new', ...words: string[]) {
  const into = join(world.session.folder, 'downloads')
  const how = ['download', '--no-deps', '--no-cache-dir', '--keyring-provider', 'subprocess', '--dest', into]
  return world.run(client(environment, 'python'), ['-m', 'pip', ...how, ...words])
}

function uv(world: PythonWorld, ...words: string[]) {
  const into = join(world.session.folder, 'target')
  mkdirSync(into, { recursive: true })
  const how = ['pip', 'install', '--no-cache', '--python', client('tools', 'python'), '--target', into]
  return world.run(client('tools', 'uv'), [...how, ...words])
}

needsPythonClients('pip and uv', () => {
  describe.each(storesInTurn(stores))('from %s', (store) => {
    test('the newest pip signs in by the index alone', async () => {
      const world = await openPythonWorld(store)
      const index = await startIndex(world, 'alice', 'p@ss:%w"rd')
      await world.keep(`${index.origin}/simple/`, 'alice', 'p@ss:%w"rd')
      expect(await pip(world, 'pip-new', '--index-url', `${index.origin}/simple/`, 'tiny')).toMatchObject({
        exitCode: 0,
      })
    })

    test.each(['pip-old', 'pip-new'] as const)('%s signs in by the user in the address', async (environment) => {
      const world = await openPythonWorld(store)
      const index = await startIndex(world, 'alice', 'p@ss')
      await world.keep(index.origin, 'alice', 'p@ss')
      const address = `${withUser(index.origin)}/simple/`
      expect(await pip(world, environment, '--index-url', address, 'tiny')).toMatchObject({ exitCode: 0 })
    })

    test('uv signs in, with a user in the address and without', async () => {
      const world = await openPythonWorld(store)
      const index = await startIndex(world, 'alice', 'p@ss')
      await world.keep(`${index.origin}/simple/`, 'alice', 'p@ss')
      const provider = ['--keyring-provider', 'subprocess']
      const named = await uv(world, ...provider, '--default-index', `${withUser(index.origin)}/simple/`, 'tiny')
      expect(named).toMatchObject({ exitCode: 0 })
      const settings = file(
        world,
        'uv.toml',
        `keyring-provider = "subprocess"\n[[index]]\nname = "ours"\nurl = "${index.origin}/simple/"\ndefault = true\nauthenticate = "always"\n`,
      )
      expect(await uv(world, '--config-file', settings, '--reinstall', 'tiny')).toMatchObject({ exitCode: 0 })
    })

    test('what git stored for that very origin serves pip', async () => {
      const world = await openPythonWorld(store)
      const index = await startIndex(world, 'alice', 'p@ss')
      const input = `protocol=http\nhost=${index.host}\nusername=alice\npassword=p@ss\n`
      expect(await world.run('git-credential-credbridge', ['store'], { input })).toMatchObject({ exitCode: 0 })
      expect(await pip(world, 'pip-new', '--index-url', `${index.origin}/simple/`, 'tiny')).toMatchObject({
        exitCode: 0,
      })
    })

    test('a wrong password is a failure of pip, and the item stays', async () => {
      const world = await openPythonWorld(store)
      const index = await startIndex(world, 'alice', 'p@ss')
      await world.keep(`${index.origin}/simple/`, 'alice', 'wrong')
      expect(await pip(world, 'pip-new', '--index-url', `${index.origin}/simple/`, 'tiny')).not.toMatchObject({
        exitCode: 0,
      })
      expect((await world.run('keyring', ['get', `${index.origin}/simple/`, 'alice'])).stdout).toBe('wrong\n')
    })
  })

  /** A hostile requirements file points at an index of the same name that speaks http, and reads what it is sent. */
  describe('with only an https item stored', () => {
    async function lured(way: (world: PythonWorld, index: Index) => Promise<unknown>): Promise<Index> {
      const world = await openPythonWorld('vault')
      const index = await startIndex(world, 'alice', 'p@ss')
      await world.keep(`https://${index.host}/simple/`, 'alice', 'p@ss')
      await world.keep(`https://${index.host}`, 'alice', 'p@ss')
      const input = `protocol=https\nhost=${index.host}\nusername=alice\npassword=p@ss\n`
      await world.run('git-credential-credbridge', ['store'], { input })
      const kept = await world.run('keyring', ['--mode', 'creds', 'get', `https://${index.host}/simple/tiny/`])
      expect(kept.stdout).toBe('alice\np@ss\n')
      await way(world, index)
      return index
    }

    function requirements(world: PythonWorld, address: string): string[] {
      return ['-r', file(world, 'requirements.txt', `--index-url ${address}\ntiny\n`)]
    }

    thorough.each(['pip-old', 'pip-new'] as const)('%s sends an http index nothing', async (environment) => {
      for (const address of [(index: Index) => index.origin, (index: Index) => withUser(index.origin)]) {
        const index = await lured((world, index) =>
          pip(world, environment, ...requirements(world, `${address(index)}/simple/`)),
        )
        expect(index.tried.length).toBeGreaterThan(0)
        expect(index.tried.join()).not.toContain(Buffer.from('alice:p@ss').toString('base64'))
        if (address(index) === index.origin) expect(new Set(index.tried)).toEqual(new Set(['']))
      }
    })

    usual('uv sends an http index nothing', async () => {
      for (const address of [(index: Index) => index.origin, (index: Index) => withUser(index.origin)]) {
        const index = await lured((world, index) =>
          uv(world, '--keyring-provider', 'subprocess', ...requirements(world, `${address(index)}/simple/`)),
        )
        expect(index.tried.length).toBeGreaterThan(0)
        expect(index.tried.join()).not.toContain(Buffer.from('alice:p@ss').toString('base64'))
        if (address(index) === index.origin) expect(new Set(index.tried)).toEqual(new Set(['']))
      }
    })
  })
})
