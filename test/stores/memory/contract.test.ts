import { describe, expect, test } from 'vitest'
import { serviceName } from '../../../src/core/endpoint.ts'
import { memoryStore } from '../../../src/stores/memory/store.ts'
import { someone } from '../../asker.ts'
import { storeContract } from '../contract.ts'

const store = memoryStore()

const limited = memoryStore({
  traits: { accounts: 'one', emptySecret: false, extras: false, list: false, largest: 2560 },
})

storeContract('memory', () => store)
storeContract('a memory that can do little', () => limited)

describe('memory', () => {
  test('uses the clock of its options', async () => {
    const timed = memoryStore({ now: () => 42 })
    const endpoint = serviceName('x')
    await timed.save(someone, { endpoint, account: '', owner: 'git', kind: 'ended' })
    expect(await timed.find(someone, [endpoint])).toMatchObject([{ savedAt: 42 }])
  })
})
