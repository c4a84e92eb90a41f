import type { Owner } from '../core/credential.ts'
import type { Endpoint } from '../core/endpoint.ts'
import type { Removal } from '../core/remove.ts'
import type { Secret } from '../core/secret.ts'
import type { Answer, Lookup } from '../core/selection.ts'
import type { Machine } from '../system/machine.ts'

/** One call of somebody's program, as it was typed. */
export interface Call {
  readonly program: string
  readonly words: readonly string[]
  readonly world: Machine
  /** What a person has put into the environment besides: the name of each variable, and the endpoint that it is for. */
  readonly named: ReadonlyMap<string, Endpoint>
  /** A person said that this call is to have credentials (`credbridge run`); else the program was called as ever. */
  readonly asked: boolean
}

/** How a tool's programs are started with the credentials that the tool may use. */
export interface Launcher {
  /** Whose credentials they are. */
  readonly tool: Owner
  /** What this call may need. Reads only; `refused` where the project's own files reach for secrets. */
  plan(call: Call): Promise<LaunchPlan>
}

export interface LaunchPlan {
  /** One question for each place that the program may sign in to. None: nothing has to be opened. */
  readonly lookups: readonly Lookup[]
  /** What goes along, by the answers in the same order; `newName` makes names of variables that nobody can guess. */
  launch(answers: readonly (Answer | undefined)[], newName: () => string): Launch | Promise<Launch>
}

export interface Launch {
  /** Added to the program's environment. */
  readonly env?: Readonly<Record<string, Secret | string>>
  /** A file for the program, outside the project and readable by nobody else, gone when the program is. */
  readonly file?: LaunchFile
  /** For the person, before the program starts. */
  readonly remarks?: readonly string[]
  /** The program has nothing to do: only what comes afterwards is done. */
  readonly withoutProgram?: boolean
  /** What is left to do when it has ended well. */
  readonly afterwards?: () => Afterwards
}

export interface LaunchFile {
  /** The variable that tells the program where it is, in any case of its letters. */
  readonly variable: string
  readonly text: string
}

export interface Afterwards {
  readonly removal?: Removal
  /** Words for `credbridge`. */
  readonly words?: readonly string[]
  /** A line for the person. */
  readonly says?: string
}

/** The program starts as if we were not there. */
export const asItIs: LaunchPlan = { lookups: [], launch: () => ({}) }
