import type { Place } from '../../core/credential.ts'
import type { ConnectSocket } from '../../system/unix-socket.ts'
import type { LockFolder } from '../lock-folder.ts'
import type { Limits } from './prompt.ts'

export interface SecretServiceOptions {
  /** The D-Bus address of the session bus; `undefined` if none is known. */
  readonly address: string | undefined
  readonly connect: ConnectSocket
  readonly userId: number
  /** The places of the items that the `keychain` store wrote. They have only service and user name. */
  readonly before?: readonly Place[]
  /** The folder for lock files. */
  readonly locks: LockFolder
  /** Secrets cross the bus encrypted. */
  readonly encrypted?: boolean
  readonly limits?: Partial<Limits>
}
