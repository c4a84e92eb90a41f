import { dirname, isAbsolute } from 'node:path'
import { commandWords } from '../core/command-words.ts'
import type { Credential, Kind, Place } from '../core/credential.ts'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { longest, mintedBy, printedKinds, type Words } from '../core/minted.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { approve } from '../engine/approvals.ts'
import { forgetFailure } from '../engine/failed-lately.ts'
import type { Machine } from '../system/machine.ts'
import { isRunnable } from '../system/programs.ts'
import { isInProject } from '../system/project.ts'

/** What `set` was told about a command that prints the secret. */
export interface MintedOptions {
  readonly command?: string
  readonly lasts?: string
  readonly kind: Kind
  readonly scheme?: string
}

/** The credential that `set --command` keeps, and what the person should know about it. */
export interface Described {
  readonly credential: Credential
  /** The resolved words, for the message that it is kept. */
  readonly shown: string
  readonly remarks: readonly string[]
}

/** Reads the two options, of which there is at least one. Refuses a command that would mean another one elsewhere. */
export function describeMinted(machine: Machine, place: Place, options: MintedOptions): Described {
  const { command, lasts, kind, scheme } = options
  if (command === undefined || lasts === undefined) {
    throw new Failure('malformed', 'a command and how long its result lasts go together', {
      hints: [hint`--command 'aws ecr get-login-password' --lasts 12h`],
    })
  }
  if (!printedKinds.includes(kind)) throw new Failure('unsupported', `a command cannot print the kind ${kind}`)
  const { words, looksLikeShell } = commandWords(command)
  const [program, ...rest] = words
  if (program === undefined || program === '') throw new Failure('malformed', 'the command has no words')
  const resolved: Words = [resolvedProgram(machine, program, rest), ...rest]
  const minted = mintedBy({ command: resolved, lasts: secondsIn(lasts), kind }, place, scheme)
  const shell = hint`no shell reads the command; for one: --command "sh -c '…'"`
  return { credential: minted, shown: hint`: ${resolved}`, remarks: looksLikeShell ? [shell] : [] }
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** `90s`, `45m`, `12h` or `7d`, in seconds. */
function secondsIn(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const seconds = Number(count) * (units[unit] ?? 0)
  if (seconds > 0 && seconds <= longest) return seconds
  throw new Failure('malformed', '--lasts is a number and s, m, h or d, as in 12h, up to a year')
}

/** The absolute path of the program, as it is kept: nothing decides later which program it is. */
function resolvedProgram(machine: Machine, name: string, rest: readonly string[]): string {
  const isPath = name.includes('/') || name.includes('\\')
  if (isPath && !isAbsolute(name)) {
    throw new Failure('refused', 'the program has a relative path, which means another one in each folder', {
      hints: [hint`name it by its absolute path, or by its name on PATH`],
    })
  }
  const path = isPath ? name : machine.program(name)
  if (path === undefined || !isRunnable(path)) {
    throw new Failure('refused', isPath ? `${name} is no program that can be run` : `there is no ${name} on PATH`)
  }
  if (!isPath && isInProject(machine, path)) {
    throw new Failure('refused', `${name} is ${path}, a file of the folder that you are in`, {
      hints: [hint`if you mean it: --command ${hint`${[path, ...rest]}`}`],
    })
  }
  refuseReplaceable(machine, path)
  return path
}

/** Refuses a program that would not be the same one when it runs. */
export function refuseReplaceable(machine: Machine, program: string): void {
  if (!isAbsolute(program)) throw new Failure('refused', `${program} is no absolute path`)
  if (!machine.files.isWorldWritable(dirname(program))) return
  throw new Failure('refused', `every user of this machine can replace ${program}`, {
    hints: [hint`chmod o-w ${dirname(program)}`],
  })
}

/** Approves the command that the person has just typed, and lets it run even if it failed a moment ago. */
export async function approveSet({ machine, engine }: CliContext, minted: Credential): Promise<void> {
  const [store] = await engine.stores()
  await approve(machine, store.name, minted)
  forgetFailure(machine, store.name, minted)
}
