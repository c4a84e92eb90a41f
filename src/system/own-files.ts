import { lstatSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../core/failure.ts'
import { removeIfEmpty } from './disk.ts'
import type { Folders } from './folders.ts'
import { refuseAmongOthers } from './others-home.ts'
import { namesIn } from './own-file.ts'

/*
 * What credbridge writes into its own folders, but for the files of the stores, which know themselves when nothing is
 * kept any more. A file with another name is not ours to remove.
 */

/** The names in `config`. */
const inConfig = ['config.toml']

/** The names in `data`. */
const inData = ['bin', 'commands', 'pnpm', 'python', 'yarn']

/** The names in `state`. */
const inState = [
  'allowed.json',
  'approved-commands.json',
  'asked-by-ssh',
  'aws-profiles.json',
  'failed-lately',
  'go-auth.json',
  'grants.json',
  'handed',
  'imported.json',
  'locks',
  'log',
  'made-folders.json',
  'npm-settings.json',
  'openbao-entity',
  'openbao-index',
  'openbao-login',
  'pip-keyring-provider',
  'remote.sock',
  'replaced-helpers.json',
  'serving',
  'store',
  'told-lately',
]

/** Those that say where and how a store keeps what it has. */
const ofStores = [...inConfig, 'store']

/** The lock of a helper, and a file that a killed process left. */
const madeByPattern = /^helper-[\w.-]+\.lock|\.[0-9a-f]{16}\.credbridge-new$/

/** The paths of our files that are there. `forStores`: whether a store needs those that say how it is chosen. */
export function ownFilesIn(folders: Folders, forStores: 'needed' | 'not needed'): readonly string[] {
  const ours = (name: string) => known.has(name) || madeByPattern.test(name)
  const isFree = (name: string) => forStores === 'not needed' || !ofStores.includes(name)
  return ownFolders(folders).flatMap((folder) =>
    namesIn(folder)
      .filter((name) => ours(name) && isFree(name))
      .toSorted()
      .map((name) => join(folder, name)),
  )
}

const known: ReadonlySet<string> = new Set([...inConfig, ...inData, ...inState])

/** Removes a file, a link, or a folder with all that is in it. A link is not followed. */
export function removeWhole(path: string, userId: number): void {
  refuseAmongOthers(path, userId)
  try {
    rmSync(path, { recursive: true, force: true })
  } catch (error) {
    throw new Failure('refused', `${path} cannot be removed`, { cause: error })
  }
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined)
    throw new Failure('refused', `${path} cannot be removed`)
}

/** Removes the folders that are empty. Returns the paths of what is in the others. */
export function emptyFolders(folders: Folders): readonly string[] {
  return ownFolders(folders).flatMap((folder) => {
    const names = namesIn(folder)
    if (names.length === 0) removeIfEmpty(folder)
    return names.map((name) => join(folder, name))
  })
}

/** On macOS and Windows some of them are one. */
function ownFolders({ config, data, state }: Folders): readonly string[] {
  return [...new Set([config, data, state])]
}
