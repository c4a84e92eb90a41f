import { dirname, join } from 'node:path'
import type { Hint } from '../../../core/hint.ts'
import { installedCommand } from '../../installed.ts'
import { fileName, foldersOnPath, leadsTo, ownFolders } from '../../path-link.ts'
import type { Machine } from '../../tool.ts'

/* The commands named `keyring` on PATH: links to ours, and others. */

export const command = 'credbridge-keyring'

/** A tool that runs `keyring`. */
export interface Caller {
  readonly name: 'pip' | 'uv'
  /** A folder that it ignores. */
  readonly passesOver?: string | undefined
  /** Commands to suggest if there is no folder for a link. */
  otherWays?(): Promise<readonly Hint[]>
}

export function ourCommand(machine: Machine): string {
  return installedCommand(machine, command)
}

/** The commands that the tool finds on PATH, in order. */
export function keyringsFor(machine: Machine, { passesOver }: Caller): readonly string[] {
  return keyringsOnPath(machine).filter((path) => dirname(path) !== passesOver)
}

function keyringsOnPath(machine: Machine): readonly string[] {
  const paths = foldersOnPath(machine).map((folder) => join(folder, fileName('keyring', machine)))
  return [...new Set(paths)].filter((path) => machine.files.exists(path) || leadsTo(machine, path) !== undefined)
}

export function ourLinks(machine: Machine): readonly string[] {
  return keyringsOnPath(machine).filter((path) =>
    /(^|[/\\])credbridge-keyring(\.\w+)?$/.test(leadsTo(machine, path) ?? ''),
  )
}

/** The user's own folders on PATH before another keyring, in which a link can be created. */
export function foldersFor(
  machine: Machine,
  { passesOver }: Caller,
  other: string | undefined,
  stale: readonly string[],
): readonly string[] {
  const all = foldersOnPath(machine)
  const before = other === undefined ? all : all.slice(0, all.indexOf(dirname(other)))
  const taken = keyringsOnPath(machine).filter((path) => !stale.includes(path))
  return ownFolders(machine)
    .filter((folder) => folder !== passesOver && before.includes(folder))
    .filter((folder) => !taken.includes(join(folder, fileName('keyring', machine))))
}
