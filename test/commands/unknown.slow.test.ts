import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Item, isUnknown } from '../../src/core/credential.ts'
import { encodeItem } from '../../src/core/encode-item.ts'
import { parseAddress } from '../../src/core/endpoint.ts'
import { Secret } from '../../src/core/secret.ts'
import { vaultStore } from '../../src/stores/vault/store.ts'
import { someone } from '../asker.ts'
import { built } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { startWorld, type World } from '../real/world.ts'
import { credential, unknown } from '../stores/contract-world.ts'

/* What a later version wrote into a vault, in the hands of today's commands. */

const good = parseAddress('https://good.example.com')
const both = parseAddress('https://both.example.com')
const alone = parseAddress('https://alone.example.com')
const passkey = 'credbridge:1:{"kind":"passkey","secret":"hidden","id":[1,{"é":null}]}'
const later = 'credbridge:2:hidden é'

function vaultOf({ env }: World) {
  const [data = '', state = ''] = [env['XDG_DATA_HOME'], env['XDG_STATE_HOME']]
  const uid = process.getuid?.()
  return vaultStore({
    folder: join(data, 'credbridge', 'vault'),
    keyFile: join(state, 'credbridge', 'vault.key'),
    now: Date.now,
    ...(uid === undefined ? {} : { uid }),
  })
}

async function start(): Promise<World> {
  const world = await startWorld('unlocked', onTestFinished)
  const items: readonly Item[] = [
    credential(good, { more: new Secret('{"scopes":["hidden"]}') }),
    unknown(both, 'passkey', passkey, 'alice'),
    unknown(both, 'unknown', later, 'bob'),
    credential(both, { account: 'carol' }),
    unknown(alone, 'unknown', later),
  ]
  for (const item of items) await vaultOf(world).save(someone, item)
  return world
}

const vault = { more: { CREDBRIDGE_STORE: 'vault' } }

needs('the build (npm run build)', built)('built', () => {
  needsPrograms('dbus-daemon', 'gnome-keyring-daemon')('what a later version wrote', () => {
    const inVault = (world: World, ...words: string[]) => world.run('credbridge', words, vault)

    test('is listed with its kind, and not its secret; what is beside it answers', async () => {
      const world = await start()
      const { stdout, exitCode } = await inVault(world, 'list')
      expect(stdout).toBe(
        [
          'ENDPOINT                   ACCOUNT  OWNER  KIND     SAVED',
          'https://alone.example.com  ann      git    unknown  just now',
          'https://both.example.com   alice    git    passkey  just now',
          'https://both.example.com   bob      git    unknown  just now',
          'https://both.example.com   carol    git    basic    just now',
          'https://good.example.com   ann      git    basic    just now',
          '',
        ].join('\n'),
      )
      expect(exitCode).toBe(0)
      const json = JSON.parse((await inVault(world, 'list', '--json')).stdout)
      expect(json.map(({ kind }: { kind: string }) => kind)).toEqual([
        'unknown',
        'passkey',
        'unknown',
        'basic',
        'basic',
      ])
      const git = (host: string) =>
        world.run('git-credential-credbridge', ['get'], { ...vault, input: `protocol=https\nhost=${host}\n\n` })
      expect((await git('both.example.com')).stdout).toBe('username=carol\npassword=p@ss\n')
      expect(await git('alone.example.com')).toMatchObject({
        stdout: '',
        stderr: expect.stringContaining('was written by a later version of credbridge\nhint: update credbridge\n'),
      })
      const docker = await world.run('docker-credential-credbridge', ['list'], vault)
      expect(docker).toMatchObject({ exitCode: 0, stdout: '{}\n' })
    })

    test('moves to a keyring and back, and through a rekey, to the byte', async () => {
      const world = await start()
      const values = async () => {
        const found = await vaultOf(world).find(someone, [good, both, alone])
        return found.map((item) => [item.account, item.kind, isUnknown(item), encodeItem(item)].join(' ')).sort()
      }
      const before = await values()
      expect(before.filter((line) => line.includes('hidden'))).toHaveLength(4)
      for (const words of [
        'move --all --from vault --to secret-service',
        'move --all --from secret-service --to vault',
      ]) {
        expect(await world.credbridge(...words.split(' '))).toMatchObject({
          exitCode: 0,
          stderr: expect.stringContaining('5 moved'),
        })
      }
      expect(await inVault(world, 'vault', 'rekey')).toMatchObject({ exitCode: 0 })
      expect(await values()).toEqual(before)
    })

    test('goes when a person removes it', async () => {
      const world = await start()
      const removed = await inVault(world, 'remove', 'https://both.example.com', 'alice')
      expect(removed).toMatchObject({
        exitCode: 0,
        stderr: 'removed alice at https://both.example.com, saved by git, for good\n',
      })
      expect(await inVault(world, 'remove', 'https://both.example.com')).toMatchObject({ exitCode: 2 })
      expect(await inVault(world, 'remove', 'https://both.example.com', '--all-accounts')).toMatchObject({
        exitCode: 0,
      })
      expect(await inVault(world, 'remove', 'https://alone.example.com')).toMatchObject({ exitCode: 0 })
      expect((await inVault(world, 'list')).stdout).toMatch(/^ENDPOINT .*\nhttps:\/\/good\.example\.com .*\n$/)
    })
  })
})
