import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Store } from '../../../src/core/store.ts'
import { askedBy, someone } from '../../asker.ts'
import { type Prompter, startPrompter } from '../../real/prompter.ts'
import { needsPrograms } from '../../real/require.ts'
import { loginPassword, type Session, startSession } from '../../real/session.ts'
import { failureOf, git, gits, secretsAt, storeOn } from './world.ts'

/* Somebody is there: gnome-keyring asks through gcr's own prompter for tests, which answers as it is told. */

const suite = needsPrograms('dbus-daemon', 'gnome-keyring-daemon', 'setpriv')
const person = (session: Session, limit = 20_000): Store =>
  askedBy({ personPresent: true }, storeOn(session, { limits: { person: limit } }))

suite('somebody is there, and gnome-keyring is locked', () => {
  let session: Session
  let prompter: Prompter

  beforeAll(async () => {
    session = await startSession('unlocked', afterAll)
    await storeOn(session).save(someone, gits('kept'))
    prompter = await startPrompter(session, afterAll)
  })

  const lock = () => session.restart('never-unlocked', prompter.env)

  test('find asks, and goes on when the password is right', async () => {
    await lock()
    await prompter.next(`password ${loginPassword}`)
    expect(await secretsAt(person(session))).toEqual(['kept'])
  })

  test('save asks, and goes on in the very item', async () => {
    await lock()
    await prompter.next(`password ${loginPassword}`)
    await person(session).save(someone, gits('changed'))
    expect(await secretsAt(storeOn(session))).toEqual(['changed'])
  })

  test('remove asks, too', async () => {
    await storeOn(session).save(someone, gits('doomed', { account: 'bob' }))
    await lock()
    await prompter.next(`password ${loginPassword}`)
    expect(await person(session).remove(someone, gits('', { account: 'bob' }))).toBe(true)
    expect(await storeOn(session).find(someone, [git], 'bob')).toEqual([])
  })

  test('several requests at once need one answer', async () => {
    await lock()
    await prompter.next(`password ${loginPassword}`)
    const store = person(session)
    const answers = await Promise.all([secretsAt(store), secretsAt(store), secretsAt(store)])
    expect(new Set(answers.flat()).size).toBe(1)
  })

  test('a dialog that is dismissed is locked, and says so', async () => {
    await lock()
    await prompter.next('cancel')
    const failure = await failureOf(person(session).find(someone, [git]))
    expect(failure).toMatchObject({ code: 'locked', message: expect.stringContaining('dismissed') })
  })

  test('a dialog that nobody answers is taken back: timeout', async () => {
    await lock()
    await prompter.next('nothing')
    expect(await failureOf(person(session, 500).find(someone, [git]))).toMatchObject({ code: 'timeout' })
    await session.restart('unlocked')
    expect(await secretsAt(person(session))).toHaveLength(1)
  })

  test('the daemon ends while its dialog is open: unavailable', async () => {
    await lock()
    await prompter.next('nothing')
    const failure = failureOf(person(session).find(someone, [git]))
    await session.kill()
    expect(await failure).toMatchObject({ code: 'unavailable' })
  })
})

suite('somebody is there, and there is no collection', () => {
  test('the default one is made with a password that the person chooses', async () => {
    const session = await startSession('no-collection', afterAll)
    const prompter = await startPrompter(session, afterAll)
    await session.restart('no-collection', prompter.env)
    expect(await person(session).find(someone, [git])).toEqual([])
    await prompter.next('password a new one')
    await person(session).save(someone, gits('first'))
    expect(await secretsAt(storeOn(session))).toEqual(['first'])
  })
})
