import { afterAll, beforeAll, expect } from 'vitest'
import { askedBy, someone } from '../../asker.ts'
import { thorough, usual, usually } from '../../real/depth.ts'
import { type KeePassXC, startKeePassXC } from '../../real/keepassxc.ts'
import { needsPrograms, programOnPath } from '../../real/require.ts'
import { type Session, startSession } from '../../real/session.ts'
import { listContract } from '../contract-list.ts'
import { placesContract } from '../contract-places.ts'
import { failureOf, git, gits, secretsAt, shown, storeOn } from './world.ts'

/* KeePassXC hides its items while its database is locked, and prompts for each new and each removed item. */

const suite = needsPrograms('keepassxc', 'keepassxc-cli', 'dbus-daemon', 'setpriv')
const slow = 60_000

let session: Session
let keepassxc: KeePassXC

beforeAll(async () => {
  if (programOnPath('keepassxc') === undefined) return
  session = await startSession('no-service', afterAll)
  keepassxc = await startKeePassXC(session, afterAll)
}, slow)

/*
 * Not the whole contract: KeePassXC 2.7.4 drops a byte order mark at the start of a secret, and crashes when many
 * clients write at once.
 */
usually(suite)('the contract of a store, kept by secret-service on KeePassXC', () => {
  placesContract(() => storeOn(session))
  listContract(() => storeOn(session))
})

suite('KeePassXC', () => {
  usual('one item, found again, changed in its place, removed', async () => {
    const store = storeOn(session)
    await store.save(someone, gits('kept'))
    await store.save(someone, gits('changed'))
    expect(await secretsAt(store)).toEqual(['changed'])
    expect(await store.list(someone)).toMatchObject([{ account: 'ann', owner: 'git' }])
    expect(await store.remove(someone, gits(''))).toBe(true)
    expect(await secretsAt(store)).toEqual([])
  })

  usual('is an entry that other programs find by service and user name', async () => {
    await storeOn(session).save(someone, gits('kept'))
    const [entry, another] = await shown(session, { service: 'git:https://git.example.com', username: 'ann' })
    expect(another).toBeUndefined()
    expect(entry).toMatchObject({ secret: 'kept', attributes: { application: 'credbridge', owner: 'git' } })
  })

  usual('an item that becomes of another kind is made anew, because its attributes cannot be changed', async () => {
    const store = storeOn(session)
    await store.save(someone, gits('kept'))
    await store.save(someone, gits('changed', { kind: 'bearer' }))
    expect(await store.list(someone)).toMatchObject([{ account: 'ann', kind: 'bearer' }])
    expect(await secretsAt(store)).toEqual(['changed'])
    expect(await store.remove(someone, gits(''))).toBe(true)
  })

  usual('locked, and nobody there: nothing is absent, and nothing is written', async () => {
    await storeOn(session).save(someone, gits('kept'))
    await keepassxc.lock()
    const store = storeOn(session)
    for (const request of [
      () => store.find(someone, [git]),
      () => store.save(someone, gits('other')),
      () => store.remove(someone, gits('')),
      () => store.list(someone),
    ]) {
      const failure = await failureOf(request())
      expect(failure).toMatchObject({ code: 'locked' })
      expect(failure.hints.join('\n')).toContain('KeePassXC')
    }
    await keepassxc.unlock()
    expect(await secretsAt(store)).toEqual(['kept'])
  })

  thorough('locked, and somebody there who does nothing: timeout', async () => {
    await keepassxc.lock()
    const store = askedBy({ personPresent: true }, storeOn(session, { limits: { person: 1_000 } }))
    expect(await failureOf(store.find(someone, [git]))).toMatchObject({ code: 'timeout' })
  })
})

suite('KeePassXC that asks before it searches', () => {
  let session: Session
  let keepassxc: KeePassXC

  beforeAll(async () => {
    session = await startSession('no-service', afterAll)
    keepassxc = await startKeePassXC(session, afterAll, { unlockBeforeSearch: true })
    await storeOn(session).save(someone, gits('kept'))
    await keepassxc.lock()
  }, slow)

  usual('nobody there: locked, long before the time for a person is over', async () => {
    const store = storeOn(session, { limits: { first: 2_000, answer: 1_000, person: 600_000 } })
    expect(await failureOf(store.find(someone, [git]))).toMatchObject({ code: 'locked' })
  })

  thorough('somebody there who does nothing: timeout', async () => {
    const limits = { first: 2_000, answer: 500, person: 2_000 }
    const store = askedBy({ personPresent: true }, storeOn(session, { limits }))
    expect(await failureOf(store.find(someone, [git]))).toMatchObject({ code: 'timeout' })
  })
})
