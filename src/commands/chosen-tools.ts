import { closest } from '../core/did-you-mean.ts'
import { Failure } from '../core/failure.ts'
import { printable } from '../core/failure-text.ts'
import { hint } from '../core/hint.ts'
import type { Tool } from '../tools/tool.ts'

type Command = 'setup' | 'import'

/** Those of the tools that `--only` names, in their own order; all without it. `malformed` for an unknown name. */
export function chosenTools<Some extends Tool>(
  command: Command,
  all: readonly Some[],
  only: string | undefined,
): readonly Some[] {
  if (only === undefined) return all
  const names = only.split(',').filter((name) => name !== '')
  const unknown = names.find((name) => !all.some((tool) => tool.name === name))
  if (unknown !== undefined) throw unknownTool(command, all, unknown)
  return all.filter(({ name }) => names.includes(name))
}

/** The failure for a name that is none of these tools'. */
export function unknownTool(command: Command, all: readonly Tool[], name: string): Failure {
  const meant = closest(
    name,
    all.map((tool) => tool.name),
  )
  return new Failure('malformed', `there is no ${command} for ${printable(name)}`, {
    hints: [
      ...(meant === undefined ? [] : [hint`did you mean ${meant}`]),
      hint`credbridge ${command} --only ${all.map((tool) => tool.name).join(',')}`,
      hint`credbridge ${command} --help`,
    ],
  })
}
