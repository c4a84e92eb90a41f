import type { Aliases } from '../core/aliases.ts'

/** What a person has set. Read from the user's own file and environment, never from the working directory. */
export interface Settings {
  /** The stores to read from, in order; the first also takes what is saved. Absent: whatever was settled. */
  readonly stores: readonly string[] | undefined
  /** How long what was erased, replaced or removed can be restored; 0 turns that off. */
  readonly recoverHours: number
  /** Hosts whose sign-in is another host's: from host to host, as the user wrote them. */
  readonly aliases: Aliases
  /** The user name that git sends with a token that has none, where no provider's own is known. */
  readonly tokenUser: string
  /** The key file of the vault, where it is not the usual one. */
  readonly vaultKeyFile: string | undefined
  /** How secrets cross the bus: `plain` trusts it, `dh` encrypts each exchange. */
  readonly secretServiceSession: 'plain' | 'dh'
  /** What tools have settings for, by their names: `docker.when-locked`. Absent: as usual. */
  readonly tools: Readonly<Record<string, string>>
  /** Keys of the file that this version does not know. They are ignored, and doctor names them. */
  readonly unknownKeys: readonly string[]
}
