import type { Ran } from '../../core/program.ts'
import { installedProgram } from '../installed.ts'
import type { Machine } from '../tool.ts'

/** A call of `aws` starts Python and reads hundreds of files. In milliseconds. */
const limit = 60_000

/** Runs the installed `aws`. `unavailable` if there is none. */
export function runAws(
  machine: Machine,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ran> {
  return machine.run(awsProgram(machine), words, { limit, env })
}

export function awsProgram(machine: Machine): string {
  return installedProgram(machine, 'aws')
}
