import type { Asker } from '../../core/asker.ts'
import type { Broker } from '../../core/broker.ts'
import { person } from '../../core/credential.ts'
import type { Terminal } from '../../core/terminal.ts'
import { askerOf } from '../../engine/call.ts'
import { type Engine, openEngine } from '../../engine/engine.ts'
import type { Tracing } from '../../engine/tracing.ts'
import type { Machine } from '../../system/machine.ts'
import { windowsCommands } from '../installation/on-windows.ts'
import { write } from '../stdio.ts'
import { thisPerson } from '../this-call.ts'
import { thisMachine } from '../this-machine.ts'
import { askUnseen } from './ask.ts'
import { thisTerminal } from './terminal.ts'

/** What a person's command needs. */
export interface CliContext {
  readonly terminal: Terminal
  readonly machine: Machine
  readonly engine: Engine
  /** The person, as the asker for stores. */
  readonly asker: Asker
  /** Opens a broker for the person. */
  broker(): Promise<Broker>
  /**
   * Sets the exit code: 0 done, 1 nothing found, 2 failed. `stuck`: a native call is still running (core/failure.ts).
   */
  end(exitCode: number, stuck?: boolean): void
}

/** The context of a process. `ending` returns the arguments of the last call of `end`. */
export type OwnCliContext = CliContext & { ending(): { exitCode: number; stuck: boolean } }

/** The context of this process. */
export async function thisCliContext(tracing?: Tracing): Promise<OwnCliContext> {
  const windows = await windowsCommands()
  // Also where no terminal is: the person who reads a log typed this command.
  const machine = await thisMachine((line) => write(2, `credbridge: ${line}\n`))
  const engine = openEngine(machine, { tracing })
  const asker = askerOf({ tool: person, person: { ...thisPerson(), ask: (question) => askUnseen(question) } })
  let end = { exitCode: 0, stuck: false }
  return {
    terminal: thisTerminal(windows),
    machine,
    engine,
    asker,
    broker: () => engine.broker(asker),
    end(exitCode, stuck = false) {
      end = { exitCode, stuck }
    },
    ending: () => end,
  }
}
