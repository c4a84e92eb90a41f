import type { Credential, Entry, Owner } from '../core/credential.ts'
import type { DoctorLine } from '../core/doctor-line.ts'
import type { Failure } from '../core/failure.ts'
import type { Saving } from '../core/saving.ts'
import type { Change } from '../system/change.ts'
import type { Machine } from '../system/machine.ts'
import type { Files } from '../system/user-files.ts'
import type { Launcher } from './launch.ts'

export type { Environment } from '../system/machine.ts'

export type { Change, DoctorLine as Finding, Files, Machine as World }

export interface Plan {
  /** Empty: everything is as it should be. */
  readonly changes: readonly Change[]
  /** What a person should know besides; shown in any case. */
  readonly remarks: readonly string[]
  /** Sign-ins that the tool would not find any more after these changes: they are taken over in the same step. */
  readonly signIns?: readonly PlainSecret[]
}

/** An option of one tool's setup or import, as the command line shows it. */
export interface SetupOption {
  /** As commander spells them: `--only`, `--registry <host...>`. */
  readonly flags: string
  readonly says: string
}

export type SetupOptions = Readonly<Record<string, boolean | string | readonly string[] | undefined>>

/** How a tool is told to ask credbridge. Adds only its own lines, and undo removes only those. */
export interface Setup {
  plan(world: Machine, options: SetupOptions): Promise<Plan>
  undo(world: Machine, options: SetupOptions): Promise<Plan>
  /** Signs in once through the real tool with a throw-away credential; what it shows is a line for a person. */
  prove?(world: Machine): Promise<string>
  /** How things stand, for doctor. */
  check(world: Machine): Promise<readonly DoctorLine[]>
}

/** A secret that lies readable somewhere. */
export interface PlainSecret {
  /** Where, for a person: a file and what in it. Never the secret. */
  readonly where: string
  readonly credential: Credential
  /** How it is kept. */
  readonly saving?: Saving
  /** The tools that read it; absent: the owner. One of them at least must ask credbridge, else they would be signed out. */
  readonly readBy?: readonly Owner[]
  /** Whether they ask credbridge about this endpoint. Absent: their setup decides, for all endpoints alike. */
  readonly asks?: true | NotAsking
  /** Takes it out of there. Called only after it was saved and read back. */
  takeOut(): Promise<void> | void
  /** What `putBack` needs to find the place again: no secret in it. Absent: there is no way back. */
  readonly trace?: Readonly<Record<string, string>>
}

/** Why a tool would be signed out if its secret were moved. */
export interface NotAsking {
  /** For a person: which tool does not ask credbridge. */
  readonly why: string
  /** The command that makes it ask. */
  readonly setup: string
}

/** A secret that was taken out: where it was, and what it is now. */
export interface TakenSecret {
  readonly trace: Readonly<Record<string, string>>
  readonly credential: Credential
}

/** Where a tool left plain secrets. */
export interface PlainSecrets {
  /** Everything that can be moved, and remarks about what cannot. Reads only. */
  find(world: Machine, options: SetupOptions): Promise<{ secrets: readonly PlainSecret[]; remarks: readonly string[] }>
  /** Asks as the tool would whether each of these is found now, before any is taken out; one that is not is a failure. */
  prove?(world: Machine, secrets: readonly PlainSecret[]): Promise<string>
  /** Takes all these out at once, where that is less work than one after the other. */
  takeOutAll?(world: Machine, secrets: readonly PlainSecret[]): Promise<void> | void
  /** The way back: writes the credential where the trace says it was; what lies there by now and is newer is `refused`. */
  putBack?(world: Machine, trace: Readonly<Record<string, string>>, credential: Credential): Promise<void> | void
  /** The same for all at once: for each the failure, if it cannot be written back. */
  putBackAll?(world: Machine, taken: readonly TakenSecret[]): Promise<readonly (Failure | undefined)[]>
}

/** Items that another program keeps in the Secret Service, and what they are to us: `credbridge import --from`. */
export interface Neighbour {
  /** The word after `--from`. */
  readonly name: string
  /** The attributes that its items have; more than one set where no single one finds them all. */
  readonly searches: readonly Readonly<Record<string, string>>[]
  /** One of them as a credential; `undefined` if it is none that we can use. */
  read(attributes: Readonly<Record<string, string | undefined>>, text: string): Credential | undefined
}

/** A client program. What it does not offer is absent. */
export interface Tool {
  /** The word on our command line; if the tool saves anything, also what owns its items. */
  readonly name: Owner
  /** For a person: which programs this is for. */
  readonly title: string
  /** The commands of ours that it calls. */
  readonly commands: readonly string[]
  /** Its clients find them by their names on PATH. */
  readonly byName?: boolean
  /** Those of them that start the tool itself in our place, with the whole environment that it was called with. */
  readonly shims?: readonly string[]
  setup?(): Promise<Setup>
  /** Options of its setup and of its import. They are data: the command line shows them without loading either. */
  readonly setupOptions?: readonly SetupOption[]
  readonly importOptions?: readonly SetupOption[]
  plainSecrets?(): Promise<PlainSecrets>
  /** The programs that `credbridge run` starts with the tool's credentials, by their names on PATH. */
  readonly runs?: readonly string[]
  launcher?(): Promise<Launcher>
  readonly neighbours?: readonly Neighbour[]
  /** Whether it could list this entry although it did not save it: that needs a person's word (`credbridge share`). */
  readonly lists?: (entry: Entry) => boolean
  /** The programs on this machine that would find this entry only once it is listed; none: empty. */
  readonly seeOnlyListed?: (entry: Entry, world: Machine) => readonly string[]
  /** The user name that its wire sends with this credential, which has none; `undefined` where it sends none. */
  readonly userFor?: (entry: Entry, fromSettings: string) => string | undefined
  /** It is answered with what others saved only where that is shared with it. */
  readonly onlyShared?: boolean
}
