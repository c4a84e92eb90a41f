import { keychainStore } from '../../../src/stores/keychain/store.ts'
import type { Session } from '../../real/session.ts'
import { storeContract } from '../contract.ts'
import { inSession, optionsIn } from './world.ts'

let session: Session

storeContract(
  'the keychain',
  () => keychainStore(optionsIn(session)),
  inSession((begun) => {
    session = begun
  }),
)
