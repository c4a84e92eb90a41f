import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { codeOf, diskFailure } from './disk-failure.ts'
import { makeFolder } from './make-folder.ts'
import { refuseAmongOthers } from './others-home.ts'
import type { UserId } from './own-file.ts'

/** Creates a folder and its missing parents with mode 0700. An existing folder stays as it is. */
export function makeOwnFolder(path: string, userId: UserId): void {
  refuseAmongOthers(path, userId)
  try {
    makeFolder(path, 0o700)
  } catch (error) {
    throw codeOf(error) === 'ENOENT' ? nothingCanBeMade(path, error) : diskFailure(error, path)
  }
}

function nothingCanBeMade(path: string, cause: unknown): Failure {
  let there = dirname(path)
  while (dirname(there) !== there && statSync(there, { throwIfNoEntry: false }) === undefined) there = dirname(there)
  return new Failure('refused', `${path} cannot be made: no folder can be made in ${there}`, {
    cause,
    hints: [hint`ls -ld ${there}`],
  })
}
