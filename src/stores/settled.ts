import { join } from 'node:path'
import { asFailure, Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { isMissing } from '../system/disk-failure.ts'
import { readOwnFile } from '../system/own-file.ts'

export interface SettledPlace {
  readonly places: { readonly state: string }
  /** Who must own the file; negative on systems whose files have no such owners. */
  readonly userId: number
}

/** The store that was settled on; `undefined` if none was. */
export function settledName({ places, userId }: SettledPlace): string | undefined {
  const file = settledFile(places.state)
  try {
    const name = readOwnFile(file, userId, 'write')?.toString('utf8').trim()
    return name === '' ? undefined : name
  } catch (error) {
    if (isMissing((error as Failure).cause)) return undefined
    throw error
  }
}

/** Remembers the store in use until somebody says otherwise. */
export async function settle(name: string, place: SettledPlace): Promise<void> {
  const { replaceFile } = await import('../system/atomic-write.ts')
  await remembering(name, place, (file) => replaceFile(file, `${name}\n`))
}

/** Remembers the store in use if none is yet, even if several processes do so at once; `undefined`, or the earlier one. */
export async function settleFirst(name: string, place: SettledPlace): Promise<string | undefined> {
  const { addFile } = await import('../system/atomic-write.ts')
  let added = false
  await remembering(name, place, (file) => {
    added = addFile(file, `${name}\n`)
  })
  return added ? undefined : settledName(place)
}

async function remembering(name: string, { places, userId }: SettledPlace, put: (file: string) => void): Promise<void> {
  const file = settledFile(places.state)
  const { makeOwnFolder } = await import('../system/own-folder.ts')
  try {
    makeOwnFolder(places.state, userId)
    put(file)
  } catch (error) {
    const { code, message, hints } = asFailure(error)
    throw new Failure(code, `which store is in use cannot be remembered: ${message}`, {
      hints: [...hints, hint`say it in the environment: CREDBRIDGE_STORE=${name}`],
      cause: error,
    })
  }
}

/** The file that names the store that was settled on. */
export function settledFile(state: string): string {
  return join(state, 'store')
}
