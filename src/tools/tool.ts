import type { Saving } from '../core/broker.ts'
import type { Credential, Entry, Owner } from '../core/credential.ts'
import type { Run } from '../system/child.ts'
import type { Files } from '../system/user-files.ts'
import type { Launcher } from './launch.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** What a tool's setup and import may touch. Handed in by the edge, so that all of it can be tested in a made-up home. */
export interface World {
  readonly env: Environment
  readonly platform: string
  readonly home: string
  /** -1 where users have no numbers. */
  readonly userId: number
  /** The working directory. What lies there may be a stranger's: data, never a program or a setting of ours. */
  readonly folder: string
  /** Where credbridge keeps files of its own: settings, data, state. */
  readonly places: { readonly config: string; readonly data: string; readonly state: string }
  /** The absolute path of one of our installed commands; `undefined` if it is not there or cannot be run. */
  ours(command: string): string | undefined
  /** Whether a program, by its absolute path, is of this very installation. */
  isOurs(program: string): boolean
  /** What makes PATH lead to the standalone executable for these commands, where it is installed and PATH does not. */
  direct(commands: readonly string[]): readonly Change[]
  /** The absolute path of somebody's program on PATH, never one in the working directory. */
  program(name: string): string | undefined
  readonly run: Run
  /** The text of a file that ships beside our commands. */
  shipped(name: string): string | undefined
  readonly files: Files
}

/** One thing that setup would do, shown before it is done. */
export interface Change {
  /** A line for a person: what will be different. */
  readonly says: string
  apply(): Promise<void> | void
}

export interface Plan {
  /** Empty: everything is as it should be. */
  readonly changes: readonly Change[]
  /** What a person should know besides; shown in any case. */
  readonly remarks: readonly string[]
}

/** A switch of one tool's setup, as the command line shows it. */
export interface SetupOption {
  /** As commander spells them: `--only`, `--registry <host...>`. */
  readonly flags: string
  readonly says: string
}

export type SetupOptions = Readonly<Record<string, boolean | string | readonly string[] | undefined>>

/** How a tool is told to ask credbridge. Adds only its own lines, and undo removes only those. */
export interface Setup {
  readonly options: readonly SetupOption[]
  plan(world: World, options: SetupOptions): Promise<Plan>
  undo(world: World, options: SetupOptions): Promise<Plan>
  /** Signs in once through the real tool with a throw-away credential; what it shows is a line for a person. */
  prove?(world: World): Promise<string>
  /** How things stand, for doctor. */
  check(world: World): Promise<readonly Finding[]>
}

/** One line of doctor. */
export interface Finding {
  readonly state: 'ok' | 'note' | 'wrong' | 'skipped'
  readonly says: string
  /** The command that mends it. */
  readonly fix?: string
}

/** A secret that lies readable somewhere. */
export interface PlainSecret {
  /** Where, for a person: a file and what in it. Never the secret. */
  readonly where: string
  readonly credential: Credential
  /** How it is kept. */
  readonly saving?: Saving
  /** Takes it out of there. Called only after it was saved and read back. */
  takeOut(): Promise<void> | void
  /** What `putBack` needs to find the place again: no secret in it. Absent: there is no way back. */
  readonly trace?: Readonly<Record<string, string>>
}

/** Where a tool left plain secrets. */
export interface PlainSecrets {
  readonly options: readonly SetupOption[]
  /** Everything that can be moved, and remarks about what cannot. Reads only. */
  find(world: World, options: SetupOptions): Promise<{ secrets: readonly PlainSecret[]; remarks: readonly string[] }>
  /** The way back: writes the credential where the trace says it was; what lies there by now and is newer is `refused`. */
  putBack?(world: World, trace: Readonly<Record<string, string>>, credential: Credential): Promise<void> | void
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
  setup?(): Promise<Setup>
  plainSecrets?(): Promise<PlainSecrets>
  /** The programs that `credbridge run` starts with the tool's credentials, by their names on PATH. */
  readonly runs?: readonly string[]
  launcher?(): Promise<Launcher>
  readonly neighbours?: readonly Neighbour[]
  /** Whether it could list this entry although it did not save it: that needs a person's word (`credbridge share`). */
  readonly lists?: (entry: Entry) => boolean
}
