import { statSync } from 'node:fs'
import { dirname, extname, join, relative, sep } from 'node:path'
import type { Environment } from '../../system/machine.ts'
import { programsOnPath } from '../../system/programs.ts'
import { resolved } from './executable.ts'
import type { Start, Versions, Wrapper } from './wrapper.ts'

/** How this process was started, as far as it shows how to start our other commands. */
export interface Running {
  /** The path of Node, links resolved. */
  readonly node: string
  /** The file that Node runs, links not resolved. */
  readonly started: string
  /** The folder of our commands, links resolved. */
  readonly dist: string
  readonly env: Environment
  /** Whether no other user can put another file at this path. */
  trusts(path: string): boolean
}

/** What the wrapper of a command starts; `undefined` if this installation has no such command. */
export function startsOf(command: string, running: Running): Pick<Wrapper, 'starts' | 'versions'> | undefined {
  const file = join(running.dist, `${command}.cjs`)
  if (!isFile(file)) return undefined
  const files = [file, ...besideStarted(command, file, running)]
  const [first, ...others] = [running.node, ...linksToNode(running)].flatMap((node) =>
    files.map((path): Start => ({ node, file: path })),
  )
  return first && { starts: [first, ...others], versions: versionsAround(file, running) }
}

/**
 * The command beside the path by which this process was started: npm's link on PATH, or pnpm's, which leads to another
 * folder after each upgrade.
 */
function besideStarted(command: string, file: string, { started, trusts }: Running): readonly string[] {
  const path = join(dirname(started), command + extname(started))
  return path !== file && resolved(path) === file && trusts(path) ? [path] : []
}

/** Links on PATH to this Node. After an upgrade by the system's package manager they lead to the new one. */
function linksToNode({ node, env, trusts }: Running): readonly string[] {
  const links = programsOnPath('node', env).filter((path) => path !== node && resolved(path) === node)
  return [...new Set(links)].filter(trusts)
}

/** The folder in which a version manager keeps each Node in a folder named after its version. */
function versionsAround(file: string, { node, trusts }: Running): Versions | undefined {
  const parts = node.split(sep)
  const at = parts.findIndex((part) => /^v?\d+(\.\d+)+(_\d+)?$/.test(part))
  if (at < 1) return undefined
  const [folder, version] = [parts.slice(0, at).join(sep), parts.slice(0, at + 1).join(sep)]
  if (!trusts(version)) return undefined
  const within = relative(version, file)
  return { folder, node: relative(version, node), file: within.startsWith('..') ? file : within }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}
