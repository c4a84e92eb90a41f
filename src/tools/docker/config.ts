import { Failure, isFailure, withHints } from '../../core/failure.ts'
import { type Hint, hint, joinHints } from '../../core/hint.ts'
import { membersAt, type Path, valueAt } from '../json-text.ts'
import type { Machine } from '../tool.ts'

/*
 * Reads docker's configuration as its clients do, which are written in Go: member names match in any case, two
 * spellings of a name are one object, and `null` counts as absent.
 */

/** The file's text; `{}` if the file is absent or empty. */
export function readConfig(machine: Machine, file: string): string {
  return usable(file, machine.files.read(file) ?? '')
}

/** Like `readConfig` for a text that is already read. */
export function usable(file: string, text: string): string {
  if (text.startsWith('\ufeff')) {
    throw new Failure('malformed', `${file} begins with a byte order mark, which its clients cannot read`, {
      hints: [hint`save it as UTF-8 without a byte order mark; nothing was changed`],
    })
  }
  const content = text.trim()
  if (content === '' || content === 'null') return '{}\n'
  about(file, () => valueAt(text, []))
  return text
}

/** The path with its first member in the spelling of this text. */
export function asSpelled(text: string, [first = '', ...rest]: Path): Path {
  return [spellings(text, first).at(-1) ?? first, ...rest]
}

export interface Member {
  readonly path: Path
  readonly name: string
  readonly value: unknown
}

/** The members of the object with this name, in any spelling of the name. */
export function membersOf(text: string, name: string): readonly Member[] {
  return spellings(text, name).flatMap((spelled) =>
    membersAt(text, [spelled]).map(([member, value]) => ({ path: [spelled, member], name: member, value })),
  )
}

/** The helper that docker asks for a server name: docker/cli, cli/config/configfile, getConfiguredCredentialStore. */
export function helperIn(text: string): (server: string) => unknown {
  const own = new Map(membersOf(text, 'credHelpers').map(({ name, value }) => [name, value]))
  const all = valueAt(text, asSpelled(text, ['credsStore']))
  return (server) => (own.has(server) ? own.get(server) : all)
}

/** Runs the work. A `malformed` failure then names the file. */
export function about<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!isFailure(error) || error.code !== 'malformed') throw error
    throw new Failure('malformed', `${file} cannot be read: ${error.message}`, {
      hints: [hint`fix or remove it; nothing was changed`],
    })
  }
}

/**
 * Writes a configuration. Some programs (home-manager, chezmoi) generate such files and make them read-only. The hint
 * then names the change to make in that program.
 */
export function writeConfig({ files }: Machine, file: string, text: string, doThere: Hint): void {
  try {
    files.write(file, text)
  } catch (error) {
    if (!isFailure(error) || error.code !== 'refused') throw error
    throw withHints(error, [
      joinHints([hint`if another program writes it (home-manager, chezmoi),`, doThere, hint`there`], ' '),
    ])
  }
}

function spellings(text: string, name: string): readonly string[] {
  return membersAt(text, [])
    .map(([one]) => one)
    .filter((one) => one.toLowerCase() === name.toLowerCase())
}
