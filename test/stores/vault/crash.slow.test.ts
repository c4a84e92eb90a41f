import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { VaultOptions } from '../../../src/stores/vault/options.ts'
import { rekey } from '../../../src/stores/vault/rekey.ts'
import { vaultStore } from '../../../src/stores/vault/store.ts'
import { someone } from '../../asker.ts'
import { credential } from '../contract-world.ts'
import { checkVault, emptyFolder, vaultIn } from './place.ts'
import { callsOf, killedAt, tracing } from './tracing.ts'
import type { Job, Step } from './worker.ts'
import { workers } from './workers.ts'

const at = 'https://git.example.com'
const neighbour = parseAddress('https://neighbour.example.com')
const hour = 3_600_000

tracing()('a process that is killed at any system call', () => {
  const { program } = workers()

  function wordsFor(options: VaultOptions, steps: readonly Step[]): string[] {
    const { folder, keyFile, uid } = options
    const job: Job = { options: { folder, keyFile, ...(uid === undefined ? {} : { uid }) }, steps }
    return [process.execPath, program(), JSON.stringify(job)]
  }

  async function secretsAt(options: VaultOptions, endpoint = at): Promise<unknown[]> {
    const found = await vaultStore(options).find(someone, [parseAddress(endpoint)])
    return found.map((item) => ('secret' in item ? `${item.account}:${item.secret.expose()}` : item.kind)).sort()
  }

  /** Everything that is in the folders of a vault and not a record, its header or its key file. */
  function debris({ folder, keyFile }: VaultOptions): string[] {
    const beside = existsSync(join(folder, 'new')) ? readdirSync(join(folder, 'new')) : []
    const empty = existsSync(join(folder, 'records'))
      ? readdirSync(join(folder, 'records')).filter((name) => readdirSync(join(folder, 'records', name)).length === 0)
      : []
    return [...beside, ...empty, ...readdirSync(join(keyFile, '..')).filter((name) => name !== 'vault.key')]
  }

  /** Kills the steps at each of their calls, each time in a fresh copy, and hands over what is left. */
  async function killEverywhere(
    prepare: (options: VaultOptions) => Promise<void>,
    steps: readonly Step[],
    look: (options: VaultOptions, where: string) => Promise<void>,
  ): Promise<void> {
    const root = emptyFolder()
    const copyOf = (name: string): VaultOptions => {
      cpSync(join(root, 'before'), join(root, name), { recursive: true })
      return vaultIn(join(root, name))
    }
    const before = vaultIn(join(root, 'before'))
    await prepare(before)
    const calls = await callsOf(wordsFor(copyOf('traced'), steps), join(root, 'traced'))
    expect(calls.length).toBeGreaterThan(5)
    for (const [number, call] of calls.entries()) {
      let attempt = 0
      const fresh = () => copyOf(`killed-${number}-${attempt++}`)
      const options = await killedAt(call, fresh, (place) => wordsFor(place, steps))
      await look(options, call.line)
      await look(options, `${call.line}, and looked at again`)
    }
  }

  /** Whoever comes later can go on, and after a while nothing lies about. */
  async function goesOn(options: VaultOptions, where: string): Promise<void> {
    const later = { ...options, now: () => Date.now() + hour }
    await vaultStore(later).save(someone, credential(parseAddress(at), { account: 'later', secret: new Secret('s') }))
    expect(await secretsAt(options), where).toContain('later:s')
    await vaultStore(later).remove(someone, credential(parseAddress(at), { account: 'later' }))
    expect(await checkVault(later), where).toEqual([])
    expect(debris(options), where).toEqual([])
  }

  async function withNeighbours(options: VaultOptions): Promise<void> {
    await vaultStore(options).save(someone, credential(neighbour, { secret: new Secret('untouched') }))
    await vaultStore(options).save(
      someone,
      credential(parseAddress(at), { account: 'bob', secret: new Secret('untouched') }),
    )
  }

  async function neighboursAreThere(options: VaultOptions, where: string): Promise<void> {
    expect(await secretsAt(options, neighbour.key), where).toEqual(['ann:untouched'])
    expect(await secretsAt(options), where).toContain('bob:untouched')
    expect((await vaultStore(options).list(someone)).length, where).toBeGreaterThanOrEqual(2)
  }

  test('leaves nothing half made where there was no vault', async () => {
    await killEverywhere(
      async ({ keyFile }) => void mkdirSync(join(keyFile, '..'), { recursive: true, mode: 0o700 }),
      [['save', at, 'ann', 'new']],
      async (options, where) => {
        expect(['', 'ann:new'], where).toContain((await secretsAt(options)).join())
        await goesOn(options, where)
      },
    )
  })

  test('leaves the old value or the new one, and every other record', async () => {
    await killEverywhere(
      async (options) => {
        await withNeighbours(options)
        await vaultStore(options).save(someone, credential(parseAddress(at), { secret: new Secret('old') }))
      },
      [['save', at, 'ann', 'new']],
      async (options, where) => {
        await neighboursAreThere(options, where)
        expect(['ann:old', 'ann:new'], where).toContain((await secretsAt(options))[0])
        await goesOn(options, where)
      },
    )
  })

  test.each([
    ['without a look at its secret', ['remove', at, 'ann'] as const],
    ['while it has this secret', ['remove', at, 'ann', 'old'] as const],
    ['the last one in its folder', ['remove', 'https://alone.example.com', 'ann', 'old'] as const],
  ])('leaves what it was to remove or not, and every other record: %s', async (_, step) => {
    await killEverywhere(
      async (options) => {
        await withNeighbours(options)
        await vaultStore(options).save(someone, credential(parseAddress(step[1]), { secret: new Secret('old') }))
      },
      [step],
      async (options, where) => {
        await neighboursAreThere(options, where)
        const left = (await secretsAt(options, step[1])).filter((secret) => secret !== 'bob:untouched')
        expect(['', 'ann:old'], where).toContain(left.join())
        await goesOn(options, where)
        expect(
          (await secretsAt(options, step[1])).filter((secret) => secret !== 'bob:untouched'),
          where,
        ).toEqual(left)
      },
    )
  })

  test('leaves a vault that can be read with its old key or its new one, and rekeyed', async () => {
    await killEverywhere(withNeighbours, [['rekey']], async (options, where) => {
      await neighboursAreThere(options, where)
      await rekey(options, { without: [], ask: async () => expect.unreachable('nobody is to be asked') })
      await neighboursAreThere(options, where)
      expect(await checkVault({ ...options, now: () => Date.now() + hour }), where).toEqual([])
      const muchLater = { ...options, now: () => Date.now() + 25 * hour }
      await vaultStore(muchLater).save(
        someone,
        credential(parseAddress(at), { account: 'later', secret: new Secret('s') }),
      )
      await vaultStore(muchLater).remove(someone, credential(parseAddress(at), { account: 'later' }))
      expect(
        readdirSync(options.folder).filter((name) => name.startsWith('records')),
        where,
      ).toHaveLength(1)
      expect(readdirSync(join(options.keyFile, '..')), where).toEqual(['vault.key'])
      await neighboursAreThere(options, where)
    })
  })
})
