import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ConnectSocket } from '../../../src/system/unix-socket.ts'
import { someone } from '../../asker.ts'
import { startOo7 } from '../../real/oo7.ts'
import { needsPrograms, programOnPath } from '../../real/require.ts'
import { type Session, startSession } from '../../real/session.ts'
import { storeContract } from '../contract.ts'
import { difficult } from '../contract-values.ts'
import { connect, expectSharedWithPython, git, gits, secretsAt, storeOn } from './world.ts'

const suite = needsPrograms('oo7-daemon', 'dbus-daemon', 'dbus-send', 'setpriv')

let session: Session

/** Connects, and does this once before the service is asked for secrets. */
function beforeSecrets(act: () => Promise<unknown>): ConnectSocket {
  return (path, listener) => {
    const socket = connect(path, listener)
    let acted: Promise<unknown> | undefined
    const send = (bytes: Uint8Array) => {
      if (acted === undefined && Buffer.from(bytes).includes('GetSecrets')) acted = act()
      if (acted === undefined) socket.send(bytes)
      else acted = acted.then(() => socket.send(bytes))
    }
    return { send, keepAlive: (on) => socket.keepAlive(on), close: () => socket.close() }
  }
}

beforeAll(async () => {
  if (programOnPath('oo7-daemon') === undefined) return
  session = await startSession('no-service', afterAll)
  await startOo7(session, afterAll)
})

storeContract('secret-service on oo7', () => storeOn(session), suite, difficult)
storeContract('secret-service, encrypted, on oo7', () => storeOn(session, { encrypted: true }), suite, difficult)

suite('oo7', () => {
  test.each(['ann', 'bob'])('an item that vanishes after the search is gone, and no failure: %s', async (account) => {
    const writer = storeOn(session)
    for (const one of ['ann', 'bob']) await writer.save(someone, gits(`of ${one}`, { account: one }))
    const reader = storeOn(session, {
      connect: beforeSecrets(() => writer.remove(someone, gits('', { account }))),
    })
    expect(await secretsAt(reader)).toEqual([account === 'ann' ? 'of bob' : 'of ann'])
    for (const one of ['ann', 'bob']) await writer.remove(someone, gits('', { account: one }))
  })

  test('items that are removed at once with reads are gone, and no failure', async () => {
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
