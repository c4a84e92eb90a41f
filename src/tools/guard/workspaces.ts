import { join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import type { LauncherMachine } from '../tool.ts'

/*
 * The folders that a manifest's workspace patterns may match. A manager's own interpretation is narrower: here a path
 * segment with any special character matches every folder, and exclusions are ignored. Like a manager, this skips
 * node_modules.
 */

const most = 20_000

export function workspaceFolders(
  machine: LauncherMachine,
  root: string,
  patterns: readonly string[],
): readonly string[] {
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

function step(machine: LauncherMachine, folders: readonly string[], part: string): readonly string[] {
  if (!/[*?[\]!+@]/.test(part)) return folders.map((folder) => join(folder, part))
  return folders.flatMap((folder) => children(machine, folder))
}

/** The folder and all folders below it. */
function below(machine: LauncherMachine, folder: string): readonly string[] {
  const found = [folder]
  for (let at = 0; at < found.length; at++) {
    found.push(...children(machine, found[at] ?? ''))
    if (found.length > most) throw tooMany(folder)
  }
  return found
}

function children({ files }: LauncherMachine, folder: string): readonly string[] {
  const names = files.names(folder).filter((name) => name !== 'node_modules' && name !== '.git')
  return names.map((name) => join(folder, name))
}

function tooMany(folder: string): Failure {
  return new Failure('refused', `${folder} has too many folders to check for what will be published`)
}
