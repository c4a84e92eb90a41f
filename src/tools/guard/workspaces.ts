import { join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import type { Machine } from '../tool.ts'

/*
 * Folders that a manifest's patterns for workspaces may mean. A manager's own reading of its patterns is narrower: here
 * a part of a path with any sign in it means every folder, and what is excluded is not. Like a manager, this looks into
 * no node_modules.
 */

const most = 20_000

export function workspaceFolders(machine: Machine, root: string, patterns: readonly string[]): readonly string[] {
  const found = new Set<string>()
  for (const pattern of patterns) {
    const plain = pattern
      .replace(/^!+/, '')
      .replaceAll('\\', '/')
      .replace(/^\.?\/+/, '')
    let folders: readonly string[] = [root]
    for (const part of plain.split('/').filter((one) => one !== '')) {
      folders =
        part.includes('**') || /[{(]/.test(part)
          ? folders.flatMap((one) => below(machine, one))
          : step(machine, folders, part)
      if (found.size + folders.length > most) throw tooMany(root)
      if (/[{(]/.test(part)) break
    }
    for (const folder of folders) found.add(folder)
  }
  return [...found]
}

function step(machine: Machine, folders: readonly string[], part: string): readonly string[] {
  if (!/[*?[\]!+@]/.test(part)) return folders.map((folder) => join(folder, part))
  return folders.flatMap((folder) => children(machine, folder))
}

/** The folder and all below it. */
function below(machine: Machine, folder: string): readonly string[] {
  const found = [folder]
  for (let at = 0; at < found.length; at++) {
    found.push(...children(machine, found[at] ?? ''))
    if (found.length > most) throw tooMany(folder)
  }
  return found
}

function children({ files }: Machine, folder: string): readonly string[] {
  const names = files.names(folder).filter((name) => name !== 'node_modules' && name !== '.git')
  return names.map((name) => join(folder, name))
}

function tooMany(folder: string): Failure {
  return new Failure('refused', `${folder} has too many folders to be looked at for what will be published`)
}
