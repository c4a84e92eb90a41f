import type { Failure } from '../core/failure.ts'
import { whereItBroke } from '../core/failure-text.ts'
import { openEngine } from '../engine/engine.ts'
import type { Machine } from '../system/machine.ts'
import type { Dialect } from '../tools/dialect.ts'
import { exit } from './exit.ts'
import { complain } from './stdio.ts'
import { thisCall } from './this-call.ts'
import { thisMachine } from './this-machine.ts'

/** Answers the call that this process was started for, and ends the process. */
export async function serve(
  command: string,
  dialectFor: (machine: Machine, words: readonly string[]) => Dialect,
): Promise<void> {
  const machine = thisMachine()
  const dialect = dialectFor(machine, process.argv.slice(2))
  const { exitCode, stuck } = await openEngine(machine).answer(dialect, thisCall(command, dialect.tool), traceFailure)
  exit(exitCode, stuck)
}

/** With CREDBRIDGE_DEBUG=1, prints where the failure happened, without values. */
export function traceFailure(failure: Failure): void {
  if (process.env['CREDBRIDGE_DEBUG'] === '1') complain(whereItBroke(failure))
}
