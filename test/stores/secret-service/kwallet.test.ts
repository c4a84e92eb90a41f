import { afterAll, beforeAll, describe, expect } from 'vitest'
import { askedBy, someone } from '../../asker.ts'
import { thoroughly, usual, usually } from '../../real/depth.ts'
import { type KWallet, startKWallet } from '../../real/kwallet.ts'
import { needsPrograms, programOnPath, type Suite } from '../../real/require.ts'
import { type Session, startSession } from '../../real/session.ts'
import { storeContract } from '../contract.ts'
import { difficult } from '../contract-values.ts'
import { expectSharedWithPython, failureOf, git, gits, secretsAt, shown, storeOn } from './world.ts'

/* KWallet calls its open wallet locked until a client unlocks it, and answers that with a prompt that shows no dialog. */

const suite = needsPrograms('kwalletd5', 'dbus-daemon', 'dbus-send', 'setpriv', 'python3')
const slow = 60_000

let session: Session
let kwallet: KWallet

beforeAll(async () => {
  if (programOnPath('kwalletd5') === undefined) return
  session = await startSession('no-service', afterAll)
  kwallet = await startKWallet(session, afterAll)
}, slow)

/** Qt reads a byte order mark at the start of a secret as what it says. */
const texts = difficult.filter((text) => !text.startsWith('\ufeff'))

/** On a busy machine kwalletd5 answered one of thousands of requests with `InvalidObjectPath`. So a test has two attempts. */
const twice: Suite = (name, body) => suite(name, () => describe('in two attempts at most', { retry: 1 }, body))

storeContract('secret-service on KWallet', () => storeOn(session), usually(twice), texts)
storeContract(
  'secret-service, encrypted, on KWallet',
  () => storeOn(session, { encrypted: true }),
  thoroughly(twice),
  texts,
)

usually(suite)('KWallet', () => {
  usual('opened by the login, and nobody there: the very first call finds, and so do others', async () => {
    await storeOn(session).save(someone, gits('kept'))
    await kwallet.restart('opened')
    expect(await secretsAt(storeOn(session))).toEqual(['kept'])
    const [item] = await shown(session, { service: 'git:https://git.example.com', username: 'ann' })
    expect(item).toMatchObject({ secret: 'kept', attributes: { application: 'credbridge', owner: 'git' } })
  })

  usual('opened by the login, and nobody there: the very first call saves', async () => {
    await kwallet.restart('opened')
    await storeOn(session).save(someone, gits('changed'))
    await kwallet.restart('opened')
    await storeOn(session).save(someone, gits('new', { account: 'bob' }))
    expect(await secretsAt(storeOn(session))).toEqual(['changed', 'new'])
    expect(await storeOn(session).remove(someone, gits('', { account: 'bob' }))).toBe(true)
  })

  usual('closed, and nobody there: locked, with advice for KWallet', async () => {
    await kwallet.restart('closed')
    const store = storeOn(session)
    for (const request of [
      () => store.find(someone, [git]),
      () => store.save(someone, gits('other')),
      () => store.save(someone, gits('new', { account: 'carol' })),
      () => store.remove(someone, gits('')),
    ]) {
      const failure = await failureOf(request())
      expect(failure).toMatchObject({ code: 'locked' })
      expect(failure.hints.join('\n')).toContain('KWalletManager')
      expect(failure.hints.join('\n')).not.toContain('gnome-keyring')
    }
    await kwallet.restart('opened')
    expect(await secretsAt(store)).toEqual(['changed'])
  })

  usual('Python keyring and we read and write the same item', () => expectSharedWithPython(session))

  usual('closed by a person while we talk to it: locked', async () => {
    const store = storeOn(session)
    expect(await secretsAt(store)).toEqual(['changed'])
    await kwallet.close()
    expect(await failureOf(store.find(someone, [git]))).toMatchObject({ code: 'locked' })
    await kwallet.restart('opened')
  })

  usual('closed, and somebody there who does nothing: timeout', async () => {
    await kwallet.restart('closed')
    const store = askedBy({ personPresent: true }, storeOn(session, { limits: { person: 500 } }))
    expect(await failureOf(store.find(someone, [git]))).toMatchObject({ code: 'timeout' })
    await kwallet.restart('opened')
  })
})
