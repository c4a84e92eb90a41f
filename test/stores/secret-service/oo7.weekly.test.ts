import { afterAll, beforeAll, expect, test } from 'vitest'
import { someone } from '../../asker.ts'
import { startOo7 } from '../../real/oo7.ts'
import { needsPrograms, programOnPath } from '../../real/require.ts'
import { type Session, startSession } from '../../real/session.ts'
import { storeContract } from '../contract.ts'
import { difficult } from '../contract-values.ts'
import { expectSharedWithPython, git, gits, secretsAt, storeOn } from './world.ts'

const suite = needsPrograms('oo7-daemon', 'dbus-daemon', 'dbus-send', 'setpriv')

let session: Session

beforeAll(async () => {
  if (programOnPath('oo7-daemon') === undefined) return
  session = await startSession('no-service', afterAll)
  await startOo7(session, afterAll)
})

storeContract('secret-service on oo7', () => storeOn(session), suite, difficult)
storeContract('secret-service, encrypted, on oo7', () => storeOn(session, { encrypted: true }), suite, difficult)

suite('oo7', () => {
  test('an item that vanishes while it is read is gone, and no failure', async () => {
    const [reader, writer] = [storeOn(session), storeOn(session)]
    const accounts = ['ann', 'bob', 'carol']
    for (let round = 0; round < 20; round++) {
      await Promise.all(accounts.map((account) => writer.save(someone, gits(account, { account }))))
      const changing = Promise.all(accounts.map((account) => writer.remove(someone, gits('', { account }))))
      const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => reader.find(someone, [git])))
      await changing
      expect(outcomes.filter((one) => one.status === 'rejected').map(({ reason }) => reason)).toEqual([])
    }
    expect(await secretsAt(reader)).toEqual([])
  })

  test('Python keyring and we read and write the same item', () => expectSharedWithPython(session))
})
