import { helperType } from './helper/type.ts'
import { keychainType } from './keychain/type.ts'
import { memoryType } from './memory/type.ts'
import { openbaoType } from './openbao/type.ts'
import { remoteType } from './remote/type.ts'
import { secretServiceType } from './secret-service/type.ts'
import type { StoreType } from './store-type.ts'
import { vaultType } from './vault/type.ts'

/** All store types. A new one is added here and nowhere else. */
export const storeTypes: readonly StoreType[] = [
  secretServiceType,
  keychainType,
  vaultType,
  helperType,
  remoteType,
  openbaoType,
  memoryType,
]
