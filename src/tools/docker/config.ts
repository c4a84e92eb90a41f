import { Failure, isFailure, withHints } from '../../core/failure.ts'
import { membersAt, type Path, valueAt } from '../json-text.ts'
import type { World } from '../tool.ts'

/*
 * Reads a configuration of docker's as its clients do, which are written in Go: the name of a member counts in any case,
 * two spellings of one are one object, and `null` is nothing.
 */

/** The file's text; `{}` where there is none or nothing in it. */
export function readConfig(world: World, file: string): string {
  return usable(file, world.files.read(file) ?? '')
}

/** The same for a text that is at hand. */
export function usable(file: string, text: string): string {
  if (text.startsWith('\ufeff')) {
    throw new Failure('malformed', `${file} begins with a byte order mark, with which its clients do not read it`, {
      hints: ['save it as UTF-8 without a byte order mark; nothing was changed'],
    })
  }
  const content = text.trim()
  if (content === '' || content === 'null') return '{}\n'
  about(file, () => valueAt(text, []))
  return text
}

/** Where the path is in this text. */
export function asSpelled(text: string, [first = '', ...rest]: Path): Path {
  return [spellings(text, first).at(-1) ?? first, ...rest]
}

export interface Member {
  readonly path: Path
  readonly name: string
  readonly value: unknown
}

/** The members of the object that goes by this name. */
export function membersOf(text: string, name: string): readonly Member[] {
  return spellings(text, name).flatMap((spelled) =>
    membersAt(text, [spelled]).map(([member, value]) => ({ path: [spelled, member], name: member, value })),
  )
}

/** Which helper docker asks for a server of this name: docker/cli, cli/config/configfile, getConfiguredCredentialStore. */
export function helperIn(text: string): (server: string) => unknown {
  const own = new Map(membersOf(text, 'credHelpers').map(({ name, value }) => [name, value]))
  const all = valueAt(text, asSpelled(text, ['credsStore']))
  return (server) => (own.has(server) ? own.get(server) : all)
}

/** The failure of something done to a file, with the file's name. */
export function about<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!isFailure(error) || error.code !== 'malformed') throw error
    throw new Failure('malformed', `${file} cannot be read: ${error.message}`, {
      hints: ['mend or remove it; nothing was changed'],
    })
  }
}

/**
 * Writes a configuration. People have such files from other programs, which keep them where nobody else may write: then the
 * hint says what that other program is to do.
 */
export function writeConfig({ files }: World, file: string, text: string, doThere: string): void {
  try {
    files.write(file, text)
  } catch (error) {
    if (!isFailure(error) || error.code !== 'refused') throw error
    throw withHints(error, [`if another program writes it (home-manager, chezmoi), ${doThere} there`])
  }
}

function spellings(text: string, name: string): readonly string[] {
  return membersAt(text, [])
    .map(([one]) => one)
    .filter((one) => one.toLowerCase() === name.toLowerCase())
}
