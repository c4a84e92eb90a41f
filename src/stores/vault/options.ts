import type { Secret } from '../../core/secret.ts'
import type { ConnectSocket } from '../../system/unix-socket.ts'
import type { KernelKeyring } from './kernel-keyring.ts'

/** What a vault needs from outside. */
export interface VaultOptions {
  /** The vault's folder; made at the first save. */
  readonly folder: string
  /** Where the key file is or will be; outside the vault's folder. */
  readonly keyFile: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Whose the files must be; absent on systems whose files have no numbered owners and no modes. */
  readonly uid?: number
  /** This process's number, for its locks. */
  readonly processId?: number
  /** How long another command that changes the vault is waited for, in milliseconds; five seconds if absent. */
  readonly patience?: number
  /** The socket of the user's SSH agent. */
  readonly agent?: string
  /** How to connect to it; by `node:net` if absent. */
  readonly connector?: () => Promise<ConnectSocket>
  /** The kernel's keyring of the user; absent elsewhere than on Linux. */
  readonly kernelKeyring?: () => Promise<KernelKeyring>
  /** A passphrase, or what `unlock` printed, that came by descriptor or environment. */
  readonly handed?: () => Promise<Secret | undefined>
  /** Asks the person for the passphrase; absent where nobody can be asked. */
  readonly ask?: () => Promise<Secret>
}
