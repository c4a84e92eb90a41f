import { hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { Tool } from '../tools/tool.ts'
import { sayLine, secretsIn } from './arguments.ts'
import { type Taken, taken } from './import-journal.ts'

/** Undo leaves what was taken out of a tool's files in credbridge. Says how to write it back. */
export function sayTaken({ machine, terminal }: CliContext, { name }: Tool): void {
  const count = journal(machine).filter(({ tool }) => tool === name).length
  if (count === 0) return
  const [are, them] = count === 1 ? ['is', 'it'] : ['are', 'them']
  sayLine(terminal, `note: ${secretsIn(count)} ${are} not back in the files of ${name}`)
  sayLine(terminal, `hint: ${hint`to write ${them} back there: credbridge import ${name} --undo`}`)
}

/** A damaged journal is a matter of import and of uninstall. */
function journal(machine: CliContext['machine']): readonly Taken[] {
  try {
    return taken(machine)
  } catch {
    return []
  }
}
