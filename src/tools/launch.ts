import type { Owner } from '../core/credential.ts'
import type { Endpoint } from '../core/endpoint.ts'
import type { Removal } from '../core/remove.ts'
import type { Secret } from '../core/secret.ts'
import type { Answer, Lookup } from '../core/selection.ts'
import type { LauncherMachine } from '../system/machine.ts'

/** One call of a program, with its original arguments. */
export interface Call {
  readonly program: string
  readonly words: readonly string[]
  readonly machine: LauncherMachine
  /** Variables that the person named for this call, each with the endpoint whose credential it gets. */
  readonly named: ReadonlyMap<string, Endpoint>
  /** The person asked for credentials with `credbridge run`. False: the program was called through its shim. */
  readonly asked: boolean
  /** To be called as soon as it is likely that the plan has a lookup: the store gets ready while the plan is made. */
  ready(): Promise<void>
}

/** Starts a tool's programs with the credentials that the tool may use. */
export interface Launcher {
  /** The tool that asks for the credentials. */
  readonly tool: Owner
  /** Plans which credentials this call may need. Reads only. `refused` if the project's files reach for secrets. */
  plan(call: Call): Promise<LaunchPlan>
}

export interface LaunchPlan {
  /** One lookup for each endpoint that the program may sign in to. Empty: no store is opened. */
  readonly lookups: readonly Lookup[]
  /** Builds the launch from the answers, in the order of `lookups`. `newName` returns unguessable variable names. */
  launch(answers: readonly (Answer | undefined)[], newName: () => string): Launch | Promise<Launch>
}

export interface Launch {
  /** Added to the program's environment. */
  readonly env?: Readonly<Record<string, Secret | string>>
  /** A private file for the program, outside the project. It is removed when the program ends. */
  readonly file?: LaunchFile
  /** Lines for the person, printed before the program starts. */
  readonly remarks?: readonly string[]
  /** Do not start the program; only run `afterwards`. */
  readonly withoutProgram?: boolean
  /** Returns the work to do after the program has exited with code 0. */
  readonly afterwards?: () => Afterwards
}

export interface LaunchFile {
  /** The variable that holds the file's path. Variables that differ only in case are removed. */
  readonly variable: string
  readonly text: string
}

export interface Afterwards {
  readonly removal?: Removal
  /** Arguments for a call of `credbridge`. */
  readonly words?: readonly string[]
  /** A line for the person. */
  readonly says?: string
}

/** Starts the program without credentials. */
export const asItIs: LaunchPlan = { lookups: [], launch: () => ({}) }
