import type { Asker } from '../core/asker.ts'
import type { Broker } from '../core/broker.ts'
import type { BroughtCommand } from '../core/brought-command.ts'
import type { Place } from '../core/credential.ts'
import type { Endpoint } from '../core/endpoint.ts'
import type { ForeignItem } from '../core/foreign-item.ts'
import type { Hint } from '../core/hint.ts'
import type { Secret } from '../core/secret.ts'
import type { Store } from '../core/store.ts'
import type { Terminal } from '../core/terminal.ts'
import type { ClientMachine, Machine } from '../system/machine.ts'

/** The settings that stores use. */
export interface StoreSettings {
  /** The stores to read from, in order. Absent: the settled store. */
  readonly stores: readonly string[] | undefined
  readonly vaultKeyFile: string | undefined
  readonly secretServiceSession: 'plain' | 'dh'
  readonly openbao?: OpenbaoSettings | undefined
  /** The file of a private authority's certificates. */
  readonly httpCaFile?: string | undefined
}

/** A server of OpenBao or Vault. What is absent comes from the environment, or is as usual. */
export interface OpenbaoSettings {
  readonly address?: string
  readonly nodes?: readonly string[]
  readonly namespace?: string
  readonly mount?: string
  readonly caFile?: string
  readonly places?: readonly string[]
  readonly writable?: readonly string[]
  /** Where copies are kept on this machine, and how long they answer, in milliseconds. Absent: there are none. */
  readonly cache?: { readonly store: string; readonly lasts: number }
}

/** The input for opening a store. */
export interface StoreContext {
  readonly machine: ClientMachine
  readonly settings: StoreSettings
  /** The part of the store's name after the colon; empty if there is none. */
  readonly parameter: string
  /** Opens another store of this machine, for what this one must keep here. */
  readonly openStore?: (name: string) => Promise<Store>
}

/** A store type, as described by its folder: how it is chosen, opened and explained to a person. */
export interface StoreType {
  /** Its name in the settings. */
  readonly name: string
  /** The placeholder for the parameter after the colon, for example `<name>`. Absent: the type has no parameter. */
  readonly parameter?: string
  /** Whether the name alone is a store, too. */
  readonly withoutParameter?: true
  /** Whether a person can choose it. False for a store that is only for tests. */
  readonly canBeSettled: boolean
  /** Whether this is the platform's own keychain. */
  isSystemKeychain?(platform: string): boolean
  /**
   * Why a person may want this store where there is no keychain, with the command that chooses it; `undefined` where it
   * is not within reach. If one is, nothing is settled until the person chooses.
   */
  offer?(machine: Machine): Promise<Hint | undefined>
  /** Present if the store is used where there is provably no keychain: the message that tells the person. */
  readonly insteadOfKeychain?: string
  open(context: StoreContext): Promise<Store>
  /** All stores that its name alone stands for, in the order of reading. Absent: one. */
  openAll?(context: StoreContext): Promise<readonly [Store, ...Store[]]>
  /** Options of `credbridge use` for it, and what they change before it is tried. */
  readonly useOptions?: readonly StoreOption[]
  prepare?(context: PreparationContext, options: Readonly<Record<string, unknown>>): Promise<Preparation>
  /** One sentence for a person: what the store protects against, and what not. */
  protects(context: StoreContext): Promise<string>
  /** Whether the store exists already; trying out one that does not would create it. Absent: nothing is created. */
  isMade?(context: StoreContext): Promise<boolean>
  /** The files and folders that are of no use once it keeps nothing; only those that exist. Absent: it has none. */
  files?(context: StoreContext): Promise<readonly string[]>
  /** Whether its items are on another machine. `credbridge uninstall` then leaves them there. */
  readonly remote?: true
  /** Whether an item of another store is this one's own key, such as its token. It stays there when items are moved. */
  isOwnKey?(place: Place): boolean
  /** Other programs' items with these attributes in the same keychain; `undefined` if it cannot be searched here. */
  foreignItems?(
    context: StoreContext,
    asker: Asker,
    searches: readonly Readonly<Record<string, string>>[],
  ): Promise<readonly ForeignItem[] | undefined>
  /** How `credbridge share` gives an account to other people. */
  readonly sharing?: StoreOption & {
    share(
      context: StoreCommandContext,
      place: SharedPlace,
      value: string,
      how: { readonly undo: boolean; readonly yes: boolean },
    ): Promise<number>
  }
  /** Commands for this store only. `commandGroups` describes the first word that several of them share. */
  commands?(): Promise<readonly StoreCommand[]>
  readonly commandGroups?: Readonly<Record<string, string>>
}

/** What a person named: an endpoint, and perhaps an account. */
export interface SharedPlace {
  readonly endpoint: Endpoint
  readonly account: string | undefined
}

export interface StoreOption {
  /** In commander's syntax. */
  readonly flags: string
  readonly description: string
}

export interface PreparationContext extends StoreContext {
  readonly machine: Machine
  readonly terminal: Terminal
  /** The path of the settings file. */
  readonly settingsFile: string
}

/** What a person chose together with a store. */
export interface Preparation {
  /** The parameter of the store's name. Absent: as the person typed it. */
  readonly parameter?: string
  readonly settings: StoreSettings
  /** Writes the settings into their file. Called once the store was tried. */
  keep(): void
}

/** A command of `credbridge` that belongs to a store. */
export type StoreCommand = BroughtCommand<StoreCommandContext>

/** Whether a signal was received. */
export interface Interrupted {
  readonly aborted: boolean
}

/** The input of a store's own command. */
export interface StoreCommandContext {
  readonly terminal: Terminal
  readonly machine: Machine
  readonly settings: StoreSettings
  /** The names of the stores in use, in order. */
  readonly inUse: readonly string[]
  /** The path of the settings file. */
  readonly settingsFile: string
  /** The platform's own keychain store. */
  readonly keychain: string
  /** Whether a store keeps its items on another machine. An unknown name is `malformed`. */
  isRemote(name: string): boolean
  openStore(name: string): Promise<Store>
  /** The store to which a save would go. Where none is settled yet, it was tried out. Settles nothing. */
  storeForSaves(): Promise<Store>
  broker(): Promise<Broker>
  /** The place that a person's words name. */
  placeIn(word: string): Promise<SharedPlace>
  /** Delays signals, so that work can stop in a safe state. */
  interruption(): { watch(): Interrupted; end(): void }
  /**
   * Runs a program that can read this text from a file descriptor, whose number is in `variable`. Returns its exit
   * code.
   */
  runWithSecretFile(words: readonly string[], text: Secret, variable: string): Promise<number>
}
