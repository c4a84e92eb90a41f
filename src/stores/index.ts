import { helperType } from './helper/type.ts'
import { keychainType } from './keychain/type.ts'
import { memoryType } from './memory/type.ts'
import { secretServiceType } from './secret-service/type.ts'
import type { StoreType } from './store-type.ts'
import { vaultType } from './vault/type.ts'

/** Every store there is. This list is the only place where a new one is named. */
export const storeTypes: readonly StoreType[] = [secretServiceType, keychainType, vaultType, helperType, memoryType]
