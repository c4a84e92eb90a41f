import { hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { Tool } from '../tools/tool.ts'
import { sayLine } from './arguments.ts'
import { type Taken, taken } from './import-journal.ts'

/** Once a tool no longer asks credbridge, it does not find what was taken out of its files. Says how to write that back. */
export function sayTaken({ machine, terminal }: CliContext, { name }: Tool): void {
  const count = journal(machine).filter(({ tool }) => tool === name).length
  if (count === 0) return
  sayLine(
    terminal,
    `note: ${name} no longer finds ${count === 1 ? '1 secret' : `${count} secrets`} that credbridge took out of its files`,
  )
  sayLine(terminal, `hint: ${hint`to write them back there: credbridge import ${name} --undo`}`)
}

/** A damaged journal is a matter of import and of uninstall. */
function journal(machine: CliContext['machine']): readonly Taken[] {
  try {
    return taken(machine)
  } catch {
    return []
  }
}
