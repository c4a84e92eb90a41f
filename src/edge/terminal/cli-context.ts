import { person } from '../../core/credential.ts'
import { type Opened, open, type Prepared, prepare } from '../../engine/open.ts'
import type { World } from '../../tools/tool.ts'
import { thisWorld } from '../this-machine.ts'
import { type Terminal, thisTerminal } from './terminal.ts'

/** What a person's command works with. */
export interface Desk {
  readonly terminal: Terminal
  readonly world: World
  /** The settings and the machine, without opening anything. */
  prepared(): Promise<Prepared>
  /** The broker and its stores, opened when first asked for. */
  open(): Promise<Opened>
  /** Says how the command ended: 0 done, 1 nothing there, 2 broken; and whether something is stuck (core/failure.ts). */
  ends(exitCode: number, stuck?: boolean): void
}

export function thisDesk(): Desk & { ended(): { exitCode: number; stuck: boolean } } {
  let opened: Promise<Opened> | undefined
  let end = { exitCode: 0, stuck: false }
  return {
    terminal: thisTerminal(),
    world: thisWorld(),
    prepared: () => prepare(person),
    open() {
      opened ??= open(person)
      return opened
    },
    ends(exitCode, stuck = false) {
      end = { exitCode, stuck }
    },
    ended: () => end,
  }
}
