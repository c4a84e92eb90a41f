import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseAddress } from '../../src/core/endpoint.ts'
import { type KeychainAddon, openStores, type Surroundings, settleNow } from '../../src/stores/choose.ts'
import { settledName } from '../../src/stores/settled.ts'
import { credential, expectItems } from './contract-world.ts'
import { fakeAddon } from './keychain/fake-addon.ts'

/*
 * The choice of a store on macOS and Windows, which were not run: with a stand-in for the keychain's addon. On Linux it
 * is tried for real: test/commands/choice.test.ts.
 */

const settings = { stores: undefined, vaultKeyFile: undefined, secretServiceSession: 'plain' } as const
const item = credential(parseAddress('https://git.example.com'))
const never = async () => Promise.reject(new Error('nobody should ask for this'))

function machine(platform: 'win32' | 'darwin', addon: () => Promise<unknown>): Surroundings & { said: string[] } {
  const home = mkdtempSync(join(tmpdir(), 'cb-choose-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const said: string[] = []
  return {
    env: {},
    platform,
    userId: process.getuid?.() ?? -1,
    places: { home, config: join(home, 'config'), data: join(home, 'data'), state: join(home, 'state') },
    tool: 'git',
    run: never,
    program: never,
    isOurs: never,
    addon: async () => (await addon()) as KeychainAddon,
    connector: never,
    personPresent: false,
    setVariable: () => expect.unreachable('no variable is set here'),
    readDescriptor: () => undefined,
    say: (line) => void said.push(line),
    said,
  }
}

describe.each(['win32', 'darwin'] as const)('on %s', (platform) => {
  test('a keychain that works is settled on', async () => {
    const addon = fakeAddon(platform)
    const here = machine(platform, async () => addon)
    const [store] = await openStores(settings, here)
    await store.save(item)
    expect([settledName(here), here.said, addon.items.size]).toEqual(['keychain', [], 1])
    expectItems(await (await openStores(settings, here))[0].find([item.endpoint]), [item])
  })

  test('where its addon does not load there is none: the vault, which is said', async () => {
    const here = machine(platform, async () => Promise.reject(new Error('Cannot find native binding')))
    const [store] = await openStores(settings, here)
    expect(await store.find([item.endpoint])).toEqual([])
    expect(settledName(here)).toBeUndefined()
    await store.save(item)
    await store.save({ ...item, account: 'bob' })
    expect(settledName(here)).toBe('vault')
    expect(here.said).toEqual([expect.stringContaining('there is no keychain here')])
    expectItems(await (await openStores(settings, here))[0].find([item.endpoint], item.account), [item])
  })

  test.each([
    ['locked', 'User interaction is not allowed.'],
    ['refused', 'User canceled the operation.'],
    ['refused', 'something that nobody has seen yet'],
  ] as const)('a keychain that is %s (%s) settles nothing', async (code, text) => {
    const addon = fakeAddon(platform)
    const here = machine(platform, async () => addon)
    const [store] = await openStores(settings, here)
    for (const call of [() => store.save(item), () => settleNow(settings, here)]) {
      addon.failNext(text)
      const hints = expect.arrayContaining(['to settle on another store: credbridge use vault'])
      await expect(call()).rejects.toMatchObject({ code, hints })
    }
    expect([settledName(here), here.said]).toEqual([undefined, []])
    expect(readdirSync(here.places.data)).not.toContain('vault')
    await settleNow(settings, here)
    expect(settledName(here)).toBe('keychain')
  })
})
