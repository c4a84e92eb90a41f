import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { removeIfEmpty } from '../system/disk.ts'
import type { Machine } from '../system/machine.ts'

/*
 * The folders that setups made for the files of tools. An undo removes those of them that are empty. credbridge's own
 * folders go with `credbridge uninstall`.
 */

/** The machine, whose files note each folder before they make it. */
export function notingFolders(machine: Machine): Machine {
  const { files } = machine
  const before = (path: string) => note(machine, missingUpTo(path))
  return {
    ...machine,
    files: {
      ...files,
      write(path, ...more) {
        before(dirname(path))
        files.write(path, ...more)
      },
      link(path, to) {
        before(dirname(path))
        files.link(path, to)
      },
      folder(path) {
        before(path)
        files.folder(path)
      },
    },
  }
}

/** Removes the noted folders that are empty, and forgets those that are gone. */
export function removeMadeFolders(machine: Machine): void {
  const all = noted(machine)
  // The longest first: what is in a folder goes before it.
  const left = all.toSorted((a, b) => b.length - a.length).filter((path) => !removeIfEmpty(path) && existsSync(path))
  if (left.length === 0 && all.length > 0) machine.files.remove(noteFile(machine))
  else if (left.length < all.length) machine.files.write(noteFile(machine), `${JSON.stringify(left.toSorted())}\n`)
}

function note(machine: Machine, made: readonly string[]): void {
  const { config, data, state } = machine.folders
  const isOthers = (path: string) => ![config, data, state].includes(path)
  const known = noted(machine)
  const fresh = made.filter((path) => isOthers(path) && !known.includes(path))
  if (fresh.length > 0) machine.files.write(noteFile(machine), `${JSON.stringify([...known, ...fresh].toSorted())}\n`)
}

/** The folder and those around it, as far as they are not there. */
function missingUpTo(folder: string): readonly string[] {
  return existsSync(folder) || dirname(folder) === folder ? [] : [folder, ...missingUpTo(dirname(folder))]
}

function noted(machine: Machine): readonly string[] {
  try {
    const paths: unknown = JSON.parse(machine.files.read(noteFile(machine)) ?? '[]')
    return Array.isArray(paths) ? paths.filter((path) => typeof path === 'string') : []
  } catch {
    return []
  }
}

function noteFile({ folders }: Machine): string {
  return join(folders.state, 'made-folders.json')
}
