import { join } from 'node:path'
import type { Failure } from '../core/failure.ts'
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

/** The path of the file with the name of the settled store. */
export function settledFile(state: string): string {
  return join(state, 'store')
}
