import { readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { programsOnPath } from '../../system/programs.ts'

/** A command of credbridge, and its arguments. */
export interface OwnCommand {
  readonly command: string
  readonly words: readonly string[]
}

/** How a process was started. */
export interface Start {
  /** argv[0]: a name or a path. */
  readonly name: string
  readonly words: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** The path of the running executable. */
  readonly executable: string
}

const people = 'credbridge'
const mostLinks = 40

/** Runs the command that this process was started for, with its arguments in `process.argv`. */
export async function runByArgv0(commands: Readonly<Record<string, () => Promise<unknown>>>): Promise<void> {
  const { command, words } = commandFromArgv0(Object.keys(commands), {
    name: process.argv0,
    words: process.argv.slice(2),
    env: process.env,
    executable: process.execPath,
  })
  process.argv.splice(2, process.argv.length, ...words)
  await commands[command]?.()
}

/**
 * The command that a call of the single executable means. It is taken from argv[0], or from a link between argv[0] and
 * the executable, because setup creates links with the names of other programs. If none of these is a command's name,
 * the first argument may be one, for systems without links.
 */
export function commandFromArgv0(commands: readonly string[], { name, words, env, executable }: Start): OwnCommand {
  const own = (path: string) => {
    const name = basename(path)
    const plain = name.toLowerCase().endsWith('.exe') ? name.slice(0, -'.exe'.length) : name
    return commands.find((command) => command === plain)
  }
  const command =
    own(name) ??
    linkNames(name, env, executable)
      .map(own)
      .find((found) => found !== undefined)
  if (command !== undefined && command !== people) return { command, words }
  const [first = '', ...rest] = words
  const named = first.includes('/') ? undefined : own(first)
  return named === undefined || named === people ? { command: people, words } : { command: named, words: rest }
}

/** The paths from argv[0] to the executable: each link, and the last link's target. */
function linkNames(name: string, env: Start['env'], executable: string): readonly string[] {
  const paths: string[] = []
  let path = basename(name) === name ? programsOnPath(name, env).find((it) => leadsTo(it, executable)) : resolve(name)
  while (path !== undefined && paths.length < mostLinks) {
    paths.push(path)
    path = target(path)
  }
  return paths
}

function leadsTo(path: string, executable: string): boolean {
  return realpathSync(path) === realpathSync(executable)
}

function target(path: string): string | undefined {
  try {
    return resolve(dirname(path), readlinkSync(path))
  } catch {
    return undefined
  }
}
