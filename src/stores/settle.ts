import { asFailure, Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { addFile, replaceFile } from '../system/atomic-write.ts'
import { makeOwnFolder } from '../system/own-folder.ts'
import { type SettledPlace, settledFile, settledName } from './settled.ts'

/** Writes the name of the settled store, replacing an earlier one. */
export function settle(name: string, place: SettledPlace): void {
  remembering(name, place, (file) => replaceFile(file, `${name}\n`))
}

/**
 * Writes the name of the settled store if there is none; then returns `undefined`, else the earlier name. Of several
 * processes at once, exactly one writes.
 */
export function settleFirst(name: string, place: SettledPlace): string | undefined {
  let added = false
  remembering(name, place, (file) => {
    added = addFile(file, `${name}\n`)
  })
  return added ? undefined : settledName(place)
}

function remembering(name: string, { folders, userId }: SettledPlace, put: (file: string) => void): void {
  const file = settledFile(folders.state)
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
