import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseAddress } from '../../src/core/endpoint.ts'
import { settleNow } from '../../src/stores/choose.ts'
import { openStores } from '../../src/stores/open.ts'
import { settledName } from '../../src/stores/settled.ts'
import type { KeychainAddon, Machine } from '../../src/system/machine.ts'
import { someone } from '../asker.ts'
import { testMachine } from '../test-machine.ts'
import { credential, expectItems } from './contract-world.ts'
import { fakeAddon } from './keychain/fake-addon.ts'

/*
 * The choice of a store on macOS, which was not run: with a stand-in for the keychain's addon. On Linux it
 * is tried for real: test/commands/choice.test.ts.
 */

const settings = { stores: undefined, vaultKeyFile: undefined, secretServiceSession: 'plain' } as const
const item = credential(parseAddress('https://git.example.com'))

function machine(addon: () => Promise<unknown>): Machine & { said: string[] } {
  const home = mkdtempSync(join(tmpdir(), 'cb-choose-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const said: string[] = []
  const here = testMachine(home, {
    platform: 'darwin',
    addon: async () => (await addon()) as KeychainAddon,
    say: (line) => void said.push(line),
  })
  return { ...here, said }
}

describe('on macOS', () => {
  test('a keychain that works is settled on', async () => {
    const addon = fakeAddon()
    const here = machine(async () => addon)
    const [store] = await openStores(settings, here)
    await store.save(someone, item)
    expect([settledName(here), here.said, addon.items.size]).toEqual(['keychain', [], 1])
    expectItems(await (await openStores(settings, here))[0].find(someone, [item.endpoint]), [item])
  })

  test('where its addon does not load there is none: the vault, which is said', async () => {
    const here = machine(async () => Promise.reject(new Error('Cannot find native binding')))
    const [store] = await openStores(settings, here)
    expect(await store.find(someone, [item.endpoint])).toEqual([])
    expect(settledName(here)).toBeUndefined()
    await store.save(someone, item)
    await store.save(someone, { ...item, account: 'bob' })
    expect(settledName(here)).toBe('vault')
    expect(here.said).toEqual([expect.stringContaining('there is no keychain here')])
    expectItems(await (await openStores(settings, here))[0].find(someone, [item.endpoint], item.account), [item])
  })

  test.each([
    ['locked', 'User interaction is not allowed.'],
    ['refused', 'User canceled the operation.'],
    ['refused', 'something that nobody has seen yet'],
  ] as const)('a keychain that is %s (%s) settles nothing', async (code, text) => {
    const addon = fakeAddon()
    const here = machine(async () => addon)
    const [store] = await openStores(settings, here)
    for (const call of [() => store.save(someone, item), () => settleNow(settings, here, someone)]) {
      addon.failNext(text)
      const hints = expect.arrayContaining(['to use another store: credbridge use vault'])
      await expect(call()).rejects.toMatchObject({ code, hints })
    }
    expect([settledName(here), here.said]).toEqual([undefined, []])
    expect(readdirSync(here.folders.data)).not.toContain('vault')
    await settleNow(settings, here, someone)
    expect(settledName(here)).toBe('keychain')
  })
})

test('on Windows without our part for the Credential Manager: the vault, which is said', async () => {
  const here = { ...machine(async () => Promise.reject(new Error('not asked'))), platform: 'win32', userId: -1 }
  const [store] = await openStores(settings, here)
  await store.save(someone, item)
  expect([settledName(here), here.said]).toEqual(['vault', [expect.stringContaining('there is no keychain here')]])
})
