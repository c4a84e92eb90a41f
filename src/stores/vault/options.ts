import type { Secret } from '../../core/secret.ts'
import type { ConnectSocket } from '../../system/unix-socket.ts'
import type { KernelKeyring } from './kernel-keyring.ts'

export interface VaultOptions {
  /** The vault's folder. The first save creates it. */
  readonly folder: string
  /** The path of the key file, outside the vault's folder. It need not exist. */
  readonly keyFile: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** The user who must own the files; absent on systems without numeric user IDs and file modes. */
  readonly uid?: number
  /** This process's ID, for locks. */
  readonly processId?: number
  /** How long to wait for another command that changes the vault, in milliseconds. Default: five seconds. */
  readonly patience?: number
  /** The path of the SSH agent's socket. */
  readonly agent?: string
  /** How to connect to the agent. Default: `node:net`. */
  readonly connector?: () => Promise<ConnectSocket>
  /** The user's keyring in the kernel; absent on systems other than Linux. */
  readonly kernelKeyring?: () => Promise<KernelKeyring>
  /** A passphrase, or a key that `unlock` printed, from a file descriptor or an environment variable. */
  readonly provided?: () => Promise<Secret | undefined>
  /** Asks the person for the passphrase; absent if no person can be asked. */
  readonly ask?: Ask
}

/** Asks for a passphrase. `wrong`: how many were wrong before this one. The result is absent if no more may be tried. */
export type Ask = (wrong: number) => Promise<Secret | undefined>
