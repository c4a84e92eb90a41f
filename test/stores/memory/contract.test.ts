import { describe, expect, test } from 'vitest'
import { serviceName } from '../../../src/core/endpoint.ts'
import { Failure } from '../../../src/core/failure.ts'
import { memoryStore } from '../../../src/stores/memory/store.ts'
import { storeContract } from '../contract.ts'

const store = memoryStore()

const limited = memoryStore({
  traits: { accounts: 'one', emptySecret: false, extras: false, list: false, largest: 2560 },
})

storeContract('memory', () => store)
storeContract('a memory that can do little', () => limited)

describe('memory', () => {
  test('fails once, with what it was told', async () => {
    const failing = memoryStore()
    failing.failOnce(new Failure('locked', 'closed for a test'))
    await expect(failing.list()).rejects.toMatchObject({ code: 'locked' })
    expect(await failing.find([serviceName('x')])).toEqual([])
  })

  test('has the times of the clock that it was given', async () => {
    const timed = memoryStore({ now: () => 42 })
    const endpoint = serviceName('x')
    await timed.save({ endpoint, account: '', owner: 'git', kind: 'ended' })
    expect(await timed.find([endpoint])).toMatchObject([{ savedAt: 42 }])
  })
})
