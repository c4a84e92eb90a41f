import { describe, expect, test } from 'vitest'
import { ourselves } from '../../../src/core/credential.ts'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { usualSockets } from '../../../src/stores/remote/open.ts'
import { someone } from '../../asker.ts'
import { credentialAt, gitlab, grantFor, serveWorld } from '../../serve/serve-world.ts'
import { testMachine } from '../../test-machine.ts'
import { expectFailure, expectItems } from '../contract-world.ts'

/* What of a store's contract (test/stores/contract.ts) holds where another machine decides. */

const git = { ...someone, tool: 'git' }
const all = { ...grantFor(gitlab), saves: true }
const agrees = { askPerson: async () => 'once' as const }
const endpoint = parseAddress(gitlab)

describe('the store remote', () => {
  test('nothing there is nothing: found, removed, listed', async () => {
    const { far } = await serveWorld(all, [], agrees)
    expect(await far.find(git, [endpoint])).toEqual([])
    expect(await far.find(git, [])).toEqual([])
    expect(await far.remove(git, credentialAt(gitlab))).toBe(false)
    expect(await far.list(git)).toEqual([])
  })

  test('finds and lists what was saved, and no longer what was removed', async () => {
    const { far } = await serveWorld(all, [], agrees)
    const item = credentialAt(gitlab, { account: 'é', secret: new Secret('') })
    expect(await far.save(git, item)).toBe(true)
    expectItems(await far.find(git, [endpoint]), [item])
    expectItems(await far.find(git, [endpoint], 'bob'), [])
    expect(await far.list(git)).toEqual([{ endpoint, account: 'é', owner: 'git', kind: 'basic' }])
    expect(await far.remove(git, item, new Secret('other'))).toBe(false)
    expect(await far.remove(git, item, item.secret)).toBe(true)
    expect(await far.find(git, [endpoint])).toEqual([])
    expect(await far.list(git)).toEqual([])
  })

  test.each(['bearer', 'header', 'client-certificate', 'cloud-keys'] as const)('keeps a %s whole', async (kind) => {
    const { far } = await serveWorld(all, [], agrees)
    const parts = kind === 'client-certificate' || kind === 'cloud-keys' ? { parts: { key: new Secret('k') } } : {}
    const item = credentialAt(gitlab, { kind, scheme: 'Token', expires: 4_102_444_800, ...parts })
    await far.save(git, item)
    expectItems(await far.find(git, [endpoint]), [item])
  })

  test('says what it cannot do, and changes nothing then', async () => {
    const { far, kept } = await serveWorld(all, [], agrees)
    const note = { endpoint, account: '', owner: 'git', kind: 'ended', everyAccount: true } as const
    await expectFailure(far.save(git, note), 'unsupported')
    await expectFailure(far.save(git, credentialAt(gitlab), { replaces: undefined }), 'unsupported')
    await expectFailure(far.save(git, credentialAt(gitlab, { owner: ourselves })), 'refused')
    await expectFailure(far.save(git, credentialAt(gitlab, { owner: 'person' })), 'unsupported')
    await expectFailure(far.find(git, [endpoint], 'a\0b'), 'malformed')
    await expectFailure(far.save(git, credentialAt(gitlab, { account: 'half \ud800' })), 'malformed')
    await expectFailure(far.save(git, credentialAt(gitlab, { secret: new Secret('x'.repeat(70_000)) })), 'too-large')
    expect(await kept.list(someone)).toEqual([])
  })

  test('is looked for at two paths, of which the first is in the folder for sockets', () => {
    const machine = testMachine('/home/ann', { env: { XDG_RUNTIME_DIR: '/run/user/1' } })
    expect(usualSockets(machine)).toEqual(['/run/user/1/credbridge/remote.sock', '/home/ann/.state/remote.sock'])
    expect(usualSockets(testMachine('/home/ann'))).toEqual(['/home/ann/.state/remote.sock'])
  })
})
