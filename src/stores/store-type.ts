import type { Asker } from '../core/asker.ts'
import type { ForeignItem } from '../core/foreign-item.ts'
import type { Secret } from '../core/secret.ts'
import type { Store } from '../core/store.ts'
import type { Terminal } from '../core/terminal.ts'
import type { Machine } from '../system/machine.ts'

/** The part of the settings that stores look at. */
export interface StoreSettings {
  /** The stores to read from, in order. Absent: the one that was settled on. */
  readonly stores: readonly string[] | undefined
  readonly vaultKeyFile: string | undefined
  readonly secretServiceSession: 'plain' | 'dh'
}

/** What opening a store needs. */
export interface StoreContext {
  readonly machine: Machine
  readonly settings: StoreSettings
  /** What stands behind the colon of the store's name; empty for a store without. */
  readonly parameter: string
}

/** A kind of store, as its folder describes it: how it is chosen, opened and explained to a person. */
export interface StoreType {
  /** Its name in the settings. */
  readonly name: string
  /** What stands behind a colon in its name, for a person: `<name>`. Absent: nothing does. */
  readonly parameter?: string
  /** Whether a person can settle on it. What is only for tests is not. */
  readonly canBeSettled: boolean
  /** Whether this is the system's own keychain there. */
  isSystemKeychain?(platform: string): boolean
  /** Whether it is used where there is provably no keychain; the sentence that tells the person so. */
  readonly insteadOfKeychain?: string
  open(context: StoreContext): Promise<Store>
  /** What it protects against, and what not, in one sentence for a person. */
  protects(context: StoreContext): Promise<string>
  /** Whether it has been made. Trying out one that has not would make it. Absent: there is nothing to make. */
  isMade?(context: StoreContext): Promise<boolean>
  /** Items that other programs keep in the same place, by their attributes. */
  foreignItems?(
    context: StoreContext,
    asker: Asker,
    searches: readonly Readonly<Record<string, string>>[],
  ): Promise<readonly ForeignItem[]>
  /** What a person can do with this store only, and what a word stands for that several of these begin with. */
  commands?(): Promise<readonly StoreCommand[]>
  readonly commandGroups?: Readonly<Record<string, string>>
}

/** A command of `credbridge` that belongs to a store, as data for the command line, its help and completion. */
export interface StoreCommand {
  /** Its words, for example `vault` and `status`. */
  readonly path: readonly [string, ...string[]]
  readonly description: string
  /** As commander spells them: `<slot>`, `[command...]`; with the words that it may be. */
  readonly argument?: { readonly name: string; readonly choices?: readonly string[] }
  readonly options?: readonly { readonly flags: string; readonly description: string; readonly usual?: string }[]
  /** Options behind the first argument belong to the program that it names. */
  readonly passThroughOptions?: boolean
  /** Its exit code: 0 done, 1 nothing there. */
  run(context: StoreCommandContext, argument: unknown, options: Readonly<Record<string, unknown>>): Promise<number>
}

/** Says whether a signal has come. */
export interface Interrupted {
  readonly aborted: boolean
}

/** What a store's own command works with. */
export interface StoreCommandContext {
  readonly terminal: Terminal
  readonly machine: Machine
  readonly settings: StoreSettings
  /** The names of the stores in use, in order. */
  readonly inUse: readonly string[]
  /** Lets the work be told of a signal instead of being ended by it. */
  interruption(): { watch(): Interrupted; end(): void }
  /** Runs a program that finds this text in an open file; the variable tells the descriptor's number. Its exit code. */
  runWithSecretFile(words: readonly string[], text: Secret, variable: string): Promise<number>
}
