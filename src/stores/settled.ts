import { join } from 'node:path'
import { asFailure, Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { isMissing } from '../system/disk-failure.ts'
import { readOwnFile } from '../system/own-file.ts'

export interface SettledPlace {
  readonly folders: { readonly state: string }
  /** The user who must own the file; negative on systems without numeric user IDs. */
  readonly userId: number
}

/** The name of the settled store; `undefined` if there is none. */
export function settledName({ folders, userId }: SettledPlace): string | undefined {
  const file = settledFile(folders.state)
  try {
    const name = readOwnFile(file, userId, 'write')?.toString('utf8').trim()
    return name === '' ? undefined : name
  } catch (error) {
    if (isMissing((error as Failure).cause)) return undefined
    throw error
  }
}

/** Writes the name of the settled store, replacing an earlier one. */
export async function settle(name: string, place: SettledPlace): Promise<void> {
  const { replaceFile } = await import('../system/atomic-write.ts')
  await remembering(name, place, (file) => replaceFile(file, `${name}\n`))
}

/**
 * Writes the name of the settled store if there is none; then returns `undefined`, else the earlier name. Of several
 * processes at once, exactly one writes.
 */
export async function settleFirst(name: string, place: SettledPlace): Promise<string | undefined> {
  const { addFile } = await import('../system/atomic-write.ts')
  let added = false
  await remembering(name, place, (file) => {
    added = addFile(file, `${name}\n`)
  })
  return added ? undefined : settledName(place)
}

async function remembering(
  name: string,
  { folders, userId }: SettledPlace,
  put: (file: string) => void,
): Promise<void> {
  const file = settledFile(folders.state)
  const { makeOwnFolder } = await import('../system/own-folder.ts')
  try {
    makeOwnFolder(folders.state, userId)
    put(file)
  } catch (error) {
    const { code, message, hints } = asFailure(error)
    throw new Failure(code, `the choice of the store cannot be written: ${message}`, {
      hints: [...hints, hint`choose the store by an environment variable: CREDBRIDGE_STORE=${name}`],
      cause: error,
    })
  }
}

/** The path of the file with the name of the settled store. */
export function settledFile(state: string): string {
  return join(state, 'store')
}
