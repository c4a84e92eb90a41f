import { person } from '../core/credential.ts'
import type { World } from '../tools/tool.ts'
import { type Opened, open } from './open.ts'
import { type Terminal, thisTerminal } from './terminal.ts'
import { thisWorld } from './world.ts'

/** What a person's command works with. */
export interface Desk {
  readonly terminal: Terminal
  readonly world: World
  /** The broker and its stores, opened when first asked for. */
  open(): Promise<Opened>
  /** Says how the command ended: 0 done, 1 nothing there, 2 broken. */
  ends(exitCode: number): void
}

export function thisDesk(): Desk & { exitCode(): number } {
  let opened: Promise<Opened> | undefined
  let code = 0
  return {
    terminal: thisTerminal(),
    world: thisWorld(),
    open() {
      opened ??= open(person)
      return opened
    },
    ends(exitCode) {
      code = exitCode
    },
    exitCode: () => code,
  }
}
