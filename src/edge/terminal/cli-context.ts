import type { Asker } from '../../core/asker.ts'
import type { Broker } from '../../core/broker.ts'
import { person } from '../../core/credential.ts'
import type { Terminal } from '../../core/terminal.ts'
import { askerOf } from '../../engine/call.ts'
import { type Engine, openEngine } from '../../engine/engine.ts'
import type { Machine } from '../../system/machine.ts'
import { write } from '../stdio.ts'
import { thisPerson } from '../this-call.ts'
import { thisMachine } from '../this-machine.ts'
import { askUnseen } from './ask.ts'
import { thisTerminal } from './terminal.ts'

/** What a person's command works with. */
export interface CliContext {
  readonly terminal: Terminal
  readonly machine: Machine
  readonly engine: Engine
  /** The person, for stores. */
  readonly asker: Asker
  /** The broker for the person, opened when first asked for. */
  broker(): Promise<Broker>
  /** Says how the command ended: 0 done, 1 nothing there, 2 broken; and whether something is stuck (core/failure.ts). */
  end(exitCode: number, stuck?: boolean): void
}

/** The context of this process; `ending` is what the command said last. */
export function thisCliContext(): CliContext & { ending(): { exitCode: number; stuck: boolean } } {
  // Also where no terminal is: the person who reads a log typed this command.
  const machine = thisMachine((line) => write(2, `credbridge: ${line}\n`))
  const engine = openEngine(machine)
  const asker = askerOf({ tool: person, person: { ...thisPerson(), ask: (question) => askUnseen(question) } })
  let end = { exitCode: 0, stuck: false }
  return {
    terminal: thisTerminal(),
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
