import { expect, test } from 'vitest'
import type { Credential } from '../../../src/core/credential.ts'
import { parseAddress, serviceName } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { Store } from '../../../src/core/store.ts'
import { keychainStore } from '../../../src/stores/keychain/store.ts'
import { someone } from '../../asker.ts'
import { run } from '../../real/run.ts'
import { expectItems } from '../contract-world.ts'
import { failureOf, inSession, optionsIn, type Session } from './world.ts'

let session: Session
const store = (): Store => keychainStore(optionsIn(session))

inSession((begun) => {
  session = begun
})('other programs in the same keychain', () => {
  const service = 'git:https://neighbour.example.com'

  test('an item of another program under our service is neither shown nor touched', async () => {
    const theirs = ['service', service, 'account', 'ann']
    await run('secret-tool', ['store', '--label=theirs', ...theirs], { env: session.env, input: 'theirs' })
    const endpoint = parseAddress('https://neighbour.example.com')
    const item: Credential = { endpoint, account: 'ann', owner: 'git', kind: 'basic', secret: new Secret('ours') }
    expectItems(await store().find(someone, [endpoint]), [])
    await store().save(someone, item)
    expectItems(await store().find(someone, [endpoint]), [item])
    expect(await store().remove(someone, item)).toBe(true)
    expect((await run('secret-tool', ['lookup', ...theirs], { env: session.env })).stdout).toBe('theirs')
  })

  test('bytes that are no text are malformed, never a secret that is nearly right', async () => {
    const words = ['store', '--label=bytes', 'service', 'bytes', 'username', 'ann']
    await run('secret-tool', words, { env: session.env, input: new Uint8Array([0x70, 0xff, 0xfe]) })
    expect(await failureOf(store().find(someone, [serviceName('bytes')]))).toMatchObject({ code: 'malformed' })
    expect(await failureOf(store().find(someone, [serviceName('bytes')], 'ann'))).toMatchObject({ code: 'malformed' })
  })

  test('it stays readable for secret-tool: service, username, bare secret', async () => {
    const endpoint = parseAddress('https://plain.example.com')
    await store().save(someone, { endpoint, account: 'ann', owner: 'git', kind: 'basic', secret: new Secret('bare\n') })
    const words = ['lookup', 'service', 'git:https://plain.example.com', 'username', 'ann']
    expect((await run('secret-tool', words, { env: session.env })).stdout).toBe('bare\n')
  })
})
