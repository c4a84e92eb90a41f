import { dirname, join, resolve } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { LauncherMachine } from '../tool.ts'
import { refused } from './refused.ts'

/*
 * A project's files may come from a stranger. They are data: they choose among the hosts that the user has enabled and
 * do nothing else. A manager reads fewer of these files than we do, so the check is on the safe side.
 */

export interface ProjectFile {
  readonly file: string
  readonly text: string
}

/**
 * The files of this name in the working directory, in folders among the arguments, and above; never the user's own
 * file.
 */
export function projectFiles(
  machine: LauncherMachine,
  name: string,
  own: readonly string[],
  words: readonly string[] = [],
): readonly ProjectFile[] {
  return foldersOf(machine, words)
    .map((folder) => join(folder, name))
    .filter((file) => !own.includes(file))
    .flatMap((file) => projectFile(machine, file) ?? [])
}

/** One file; `undefined` if it does not exist. Content that readers interpret differently is refused. */
export function projectFile({ files }: LauncherMachine, file: string): ProjectFile | undefined {
  const text = files.readUntrusted(file)
  if (text === undefined) return undefined
  const odd = /\r(?!\n)|\0/.exec(text)
  if (odd === null) return { file, text }
  throw refused({ file, line: lineAt(text, odd.index) }, 'has a line end that not every program takes for one')
}

/** A manager's options name folders (`-C`, `--prefix`, `--cwd`), and any argument may. */
function foldersOf(
  { workingFolder: folder, home, files }: LauncherMachine,
  words: readonly string[],
): readonly string[] {
  const named = words.flatMap((word) => {
    const equals = word.indexOf('=')
    return [word, ...(equals < 0 ? [] : [word.slice(equals + 1)])]
  })
  const real = named.flatMap((one) => files.resolved(resolve(folder, one)) ?? [])
  const all = [folder, ...real].flatMap(upwards)
  return [...new Set(all)].filter((one) => one !== home || folder === home)
}

function upwards(folder: string): readonly string[] {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...upwards(above)]
}

/** The line, from 1, of an offset in a text. */
export function lineAt(text: string, at: number): number {
  return text.slice(0, at).split('\n').length
}

/** The failure for a file that its manager can read and we cannot. */
export function unreadable(file: string, what: string): Failure {
  return new Failure('refused', `${file}: ${what}`, { hints: [hint`fix the file, or remove it`] })
}
