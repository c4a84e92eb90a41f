import { afterAll, beforeAll } from 'vitest'
import { connectByNet } from '../../../src/system/unix-socket-net.ts'
import { thoroughly, usually } from '../../real/depth.ts'
import { needsPrograms } from '../../real/require.ts'
import { type Session, startSession } from '../../real/session.ts'
import { storeContract } from '../contract.ts'
import { storeOn } from './world.ts'

let session: Session
const suite = needsPrograms('dbus-daemon', 'gnome-keyring-daemon', 'setpriv')

beforeAll(async () => {
  session = await startSession('unlocked', afterAll)
})

storeContract('secret-service on gnome-keyring', () => storeOn(session), usually(suite))
storeContract(
  'secret-service, encrypted and over node:net, on gnome-keyring',
  () => storeOn(session, { encrypted: true, connect: connectByNet }),
  thoroughly(suite),
)
