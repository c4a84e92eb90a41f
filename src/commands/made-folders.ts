import { existsSync, lstatSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { removeIfEmpty } from '../system/disk.ts'
import type { Machine } from '../system/machine.ts'

/*
 * The folders that setups made for the files of tools. An undo removes those of them that are empty. credbridge's own
 * folders go with `credbridge uninstall`.
 */

/** The machine, whose files note each folder that they make. */
export function notingFolders(machine: Machine): Machine {
  const { files } = machine
  const noting = <Result>(folder: string, work: () => Result): Result => {
    const missing = missingUpTo(folder)
    try {
      return work()
    } finally {
      note(machine, missing)
    }
  }
  return {
    ...machine,
    files: {
      ...files,
      write: (path, ...more) => noting(dirname(path), () => files.write(path, ...more)),
      link: (path, to) => noting(dirname(path), () => files.link(path, to)),
      folder: (path) => noting(path, () => files.folder(path)),
    },
  }
}

/** Removes the noted folders that are empty, and forgets those that are gone or have been made anew. */
export function removeMadeFolders(machine: Machine): void {
  const all = noted(machine)
  // The longest first: what is in a folder goes before it.
  const byLength = all.toSorted((a, b) => b.path.length - a.path.length)
  const left = byLength.filter(({ path, made }) => madeOf(path) === made && !removeIfEmpty(path))
  if (left.length === 0 && all.length > 0) machine.files.remove(noteFile(machine))
  else if (left.length < all.length) write(machine, left)
}

interface MadeFolder {
  readonly path: string
  /** Which folder it is: another one at the same path has another. */
  readonly made: string
}

function note(machine: Machine, missing: readonly string[]): void {
  const { config, data, state } = machine.folders
  const known = noted(machine)
  const fresh = missing.flatMap((path): MadeFolder[] => {
    const made = madeOf(path)
    return made === undefined || [config, data, state].includes(path) ? [] : [{ path, made }]
  })
  const others = known.filter(({ path }) => !fresh.some((one) => one.path === path))
  if (fresh.length > 0) write(machine, [...others, ...fresh])
}

/** `undefined` if no folder is there; a link is none. */
function madeOf(path: string): string | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats?.isDirectory() === true ? `${stats.dev} ${stats.ino}` : undefined
}

/** The folder and those around it, as far as they are not there. */
function missingUpTo(folder: string): readonly string[] {
  return existsSync(folder) || dirname(folder) === folder ? [] : [folder, ...missingUpTo(dirname(folder))]
}

function noted(machine: Machine): readonly MadeFolder[] {
  try {
    const all: unknown = JSON.parse(machine.files.read(noteFile(machine)) ?? '[]')
    return Array.isArray(all) ? all.filter(isMadeFolder) : []
  } catch {
    return []
  }
}

function isMadeFolder(value: unknown): value is MadeFolder {
  const { path, made } = (value ?? {}) as { readonly [name: string]: unknown }
  return typeof path === 'string' && typeof made === 'string'
}

function write(machine: Machine, folders: readonly MadeFolder[]): void {
  const sorted = folders.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  machine.files.write(noteFile(machine), `${JSON.stringify(sorted)}\n`)
}

function noteFile({ folders }: Machine): string {
  return join(folders.state, 'made-folders.json')
}
