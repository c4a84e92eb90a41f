import { answer } from '../engine/answer.ts'
import { openEngine } from '../engine/engine.ts'
import type { ClientMachine } from '../system/machine.ts'
import type { Dialect } from '../tools/dialect.ts'
import { exit } from './exit.ts'
import { windowsCommands } from './installation/on-windows.ts'
import { thisCall } from './this-call.ts'
import { thisClientMachine } from './this-client.ts'
import { traceOf } from './trace.ts'

/** Answers the call that this process was started for, and ends the process. */
export async function serve(
  command: string,
  dialectFor: (machine: ClientMachine, words: readonly string[]) => Dialect | Promise<Dialect>,
): Promise<void> {
  const machine = thisClientMachine()
  const dialect = await dialectFor(machine, process.argv.slice(2))
  const trace = await traceOf(command)
  const engine = openEngine(machine, { tracing: trace.tracing })
  const { exitCode, stuck } = await answer(
    engine,
    dialect,
    thisCall(command, dialect.tool, await windowsCommands()),
    trace.failed,
  )
  trace.ends(exitCode)
  exit(exitCode, stuck)
}
