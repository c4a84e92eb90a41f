import type { Broker } from '../core/broker.ts'
import type { BroughtCommand } from '../core/brought-command.ts'
import type { Credential, Entry, Owner } from '../core/credential.ts'
import type { DoctorLine } from '../core/doctor-line.ts'
import type { Address, Endpoint } from '../core/endpoint.ts'
import type { Failure } from '../core/failure.ts'
import type { Hint } from '../core/hint.ts'
import type { Saving } from '../core/saving.ts'
import type { Terminal } from '../core/terminal.ts'
import type { Change } from '../system/change.ts'
import type { LauncherMachine, Machine } from '../system/machine.ts'
import type { Files } from '../system/user-files.ts'
import type { Launcher } from './launch.ts'
import type { MakeQuestion } from './question.ts'

export type { Environment } from '../system/machine.ts'

export type { Change, DoctorLine, Files, LauncherMachine, Machine }

export interface Plan {
  /** Empty: nothing has to change. */
  readonly changes: readonly Change[]
  /** Further information for the person, always shown. */
  readonly remarks: readonly string[]
  /** Sign-ins that the tool could no longer find after these changes. They are imported in the same step. */
  readonly signIns?: readonly PlainSecret[]
}

/** An option of a tool's setup or import on the command line. */
export interface SetupOption {
  /** In commander's syntax: `--only`, `--registry <host...>`. */
  readonly flags: string
  readonly says: string
}

export type SetupOptions = Readonly<Record<string, boolean | string | readonly string[] | undefined>>

/** Does the work while a throw-away credential is kept, for tools that save nothing themselves. Then removes it. */
export type WhileKept = <T>(credential: Credential, work: () => Promise<T>) => Promise<T>

/** Configures a tool to ask credbridge. Adds only its own lines; undo removes only those. */
export interface Setup {
  plan(machine: Machine, options: SetupOptions): Promise<Plan>
  undo(machine: Machine, options: SetupOptions): Promise<Plan>
  /** Signs in once through the real tool with a throw-away credential. Returns a line for the person. */
  prove?(machine: Machine, whileKept: WhileKept): Promise<string>
  /** Returns the state of the setup, for doctor. */
  check(machine: Machine): Promise<readonly DoctorLine[]>
}

/** A secret that another program stores where it can be read. */
export interface PlainSecret {
  /** For a person: the file and the entry in it. Never contains the secret. */
  readonly where: string
  readonly credential: Credential
  /** For a person: how the place at which it is kept differs from what the file says. */
  readonly changes?: string
  /** The tool uses it where it names no user, though the file has several users of this endpoint. */
  readonly isDefault?: true
  /** Options for saving it. */
  readonly saving?: Saving
  /** The tools that read it; absent: the owner. At least one must ask credbridge, or the import would sign them out. */
  readonly readBy?: readonly Owner[]
  /** Whether these tools ask credbridge about this endpoint. Absent: their setup decides, for all endpoints alike. */
  readonly asks?: true | NotAsking
  /** Removes it from its location. Called only after it was saved and read back. */
  takeOut(): Promise<void> | void
  /** Lets `putBack` find the location again. Contains no secret. Absent: the secret cannot be put back. */
  readonly trace?: Readonly<Record<string, string>>
}

/** Why a tool would not find a secret in credbridge, or not there first. */
export interface NotAsking {
  /** For a person: which tool does not ask credbridge. */
  readonly why: string
  /** The command that makes it ask. */
  readonly setup: Hint
  /** The tool asks credbridge, and `why` is what is wrong with that. */
  readonly isFault?: true
}

/** A secret that was taken out: its former location and the credential as it is now. */
export interface TakenSecret {
  readonly trace: Readonly<Record<string, string>>
  readonly credential: Credential
}

/** The plain secrets that can be moved, and remarks about those that cannot. */
export interface FoundSecrets {
  readonly secrets: readonly PlainSecret[]
  readonly remarks: readonly string[]
  /** Files that cannot be read, while others could. */
  readonly broken?: readonly Failure[]
}

/** Finds and moves the plain secrets of a tool. */
export interface PlainSecrets {
  /** Returns the secrets that can be moved, and remarks about those that cannot. Reads only. */
  find(machine: Machine, options: SetupOptions): Promise<FoundSecrets>
  /** Asks for each secret as the tool would, before any is taken out. Fails if one is not found. */
  prove?(machine: Machine, secrets: readonly PlainSecret[]): Promise<string>
  /** Runs `work` while no other program writes this file, under the lock of those that do. Absent: there is none. */
  guarded?<T>(machine: Machine, file: string, work: () => T): Promise<T>
  /** Takes all of them out at once, for tools where that is less work than one by one. */
  takeOutAll?(machine: Machine, secrets: readonly PlainSecret[]): Promise<void> | void
  /** Writes the credential back to the location in the trace. `refused` if that holds a newer secret. */
  putBack?(machine: Machine, trace: Readonly<Record<string, string>>, credential: Credential): Promise<void> | void
  /** Like `putBack`, for all at once. Returns a failure for each one that cannot be written back. */
  putBackAll?(machine: Machine, taken: readonly TakenSecret[]): Promise<readonly (Failure | undefined)[]>
}

/** A place where a tool finds its sign-ins without credbridge: a keychain helper of its own, or a plain file. */
export interface Keeper {
  /** For a person: the helper or the file. */
  readonly name: string
  /** Whether every program that the person runs can read it. */
  readonly isPlain: boolean
  /** The name of the store of credbridge that keeps its items in the same place. Absent: there is none. */
  readonly sameAs?: string
  /** Whether the tool would look for such a credential there. */
  takes(entry: Entry): boolean
  /** What it has at the credential's place: this very secret, another one, or none. */
  held(credential: Credential): Promise<'same' | 'another' | 'none'>
  /** Adds the credential. Only for one of which `held` has said `none`. */
  keep(credential: Credential): Promise<void>
  /** The changes that make the tool look there for these, once it no longer asks credbridge. */
  wiring(entries: readonly Entry[]): Promise<readonly Change[]>
}

/** Another program's items in the Secret Service, which `credbridge import --from` reads. */
export interface ForeignHelper {
  /** The value of `--from`. */
  readonly name: string
  /** The attributes of its items. There are several sets if no single one finds all items. */
  readonly searches: readonly Readonly<Record<string, string>>[]
  /** Converts one item to a credential; `undefined` if we cannot use it. */
  read(attributes: Readonly<Record<string, string | undefined>>, text: string): Credential | undefined
}

/** A command of `credbridge` that belongs to a tool. Its code is loaded when it runs. */
export type ToolCommand = BroughtCommand<ToolCommandContext>

/** The input of a tool's own command. */
export interface ToolCommandContext {
  readonly terminal: Terminal
  /** Opens a broker for the person. */
  broker(): Promise<Broker>
  /** The endpoint and the account in a word that a person typed. `malformed` if it is none. */
  placeIn(word: string): Promise<{ readonly endpoint: Endpoint; readonly account: string | undefined }>
}

/** A client program. Members that do not apply to it are absent. */
export interface Tool {
  /** The name on our command line, and the owner of the items that the tool saves. */
  readonly name: Owner
  /** The tool as which its client asks, where several share a protocol. Absent: its own name. */
  readonly asksAs?: Owner
  /** For a person: the programs that it covers. */
  readonly title: string
  /** The credbridge commands that it calls. */
  readonly commands: readonly string[]
  /** The commands of `credbridge` that a person types for it. */
  readonly personCommands?: readonly ToolCommand[]
  /** Its clients find these commands by name on PATH. */
  readonly byName?: boolean
  /** Those of these commands that start the tool itself, with the caller's whole environment. */
  readonly shims?: readonly string[]
  setup?(): Promise<Setup>
  /** How its client asks for an endpoint, for `credbridge explain`. */
  readonly question?: MakeQuestion
  /** What its client asks about this address before credbridge, or instead, although it asks credbridge about others. */
  askedBefore?(machine: Machine, at: Address): Promise<readonly NotAsking[]>
  /** What doctor says of a tool without a setup. */
  check?(machine: Machine): Promise<readonly DoctorLine[]>
  /** Its setup replaces another way to sign in, so `credbridge setup` leaves it out unless a person names it. */
  readonly setUpByNameOnly?: true
  /** The options of its setup in an empty home folder, where a program of the system must not go first. */
  readonly setupInEmptyHome?: readonly string[]
  /** Options of its setup and import. They are data: the command line shows them without loading the code. */
  readonly setupOptions?: readonly SetupOption[]
  readonly importOptions?: readonly SetupOption[]
  plainSecrets?(): Promise<PlainSecrets>
  /** Where its sign-ins can go when credbridge is uninstalled, the best first. */
  keepers?(machine: Machine): Promise<readonly Keeper[]>
  /** The programs that `credbridge run` starts with the tool's credentials, by name on PATH. */
  readonly runs?: readonly string[]
  launcher?(): Promise<Launcher>
  readonly foreignHelpers?: readonly ForeignHelper[]
  /** Whether it could list an entry of another owner. A person must allow that (`credbridge share`). */
  readonly lists?: (entry: Entry) => boolean
  /** The installed programs that find this entry only if it is listed; an empty list if there are none. */
  readonly seeOnlyListed?: (entry: Entry, machine: Machine) => readonly string[]
  /** The user name that its protocol sends with a credential without one; `undefined` if it sends none. */
  readonly userFor?: (entry: Entry, fromSettings: string) => string | undefined
  /** It gets other owners' credentials only if they are shared with it. */
  readonly onlyShared?: boolean
}
