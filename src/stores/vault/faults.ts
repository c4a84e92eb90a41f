import { Failure, type FailureCode } from '../../core/failure.ts'
import { type Hint, hint } from '../../core/hint.ts'
import { type Unsafe, unsafe } from '../../system/own-file.ts'

/**
 * The ways in which the files of a vault can be wrong, each a failure of its own:
 *
 * - `wrong-key`          the key at hand is not this vault's
 * - `key-missing`        the key file is not there
 * - `foreign-record`     the record was written under another vault's key
 * - `tampered`           the file is not as it was written
 * - `swapped`            the record has changed places with another one
 * - `moved`              the record was moved or copied here from another place
 * - `truncated`          the end of the file is missing
 * - `not-ours`           the file is none of credbridge's
 * - `unknown-version`    a later version of credbridge wrote it
 * - `header-missing`     there are records, but nothing that says how to read them
 *
 * and those of system/own-file.ts, because they may not be what they are for.
 */
export type Fault =
  | 'wrong-key'
  | 'key-missing'
  | 'foreign-record'
  | 'tampered'
  | 'swapped'
  | 'moved'
  | 'truncated'
  | 'not-ours'
  | 'unknown-version'
  | 'header-missing'

interface Wording {
  readonly code: FailureCode
  readonly says: (path: string) => string
  readonly mends: (path: string) => Hint
}

const moveAway = (path: string) => hint`to go on without it: mv ${path} ${`${path}.broken`}`

const wordings: { readonly [fault in Fault]: Wording } = {
  'wrong-key': {
    code: 'locked',
    says: (path) => `the key in ${path} does not open the vault`,
    mends: (path) => hint`put the key file of this vault back in its place: ${path}`,
  },
  'key-missing': {
    code: 'locked',
    says: (path) => `the vault is locked: its key file ${path} is missing`,
    mends: (path) => hint`put the key file of this vault back in its place: ${path}`,
  },
  'foreign-record': {
    code: 'malformed',
    says: (path) => `${path} was written under the key of another vault`,
    mends: moveAway,
  },
  tampered: {
    code: 'malformed',
    says: (path) => `${path} has been changed since it was written`,
    mends: moveAway,
  },
  swapped: {
    code: 'malformed',
    says: (path) => `${path} has changed places with another record of the vault`,
    mends: moveAway,
  },
  moved: {
    code: 'malformed',
    says: (path) => `${path} was brought here from another place in the vault`,
    mends: moveAway,
  },
  truncated: {
    code: 'malformed',
    says: (path) => `the end of ${path} is missing`,
    mends: moveAway,
  },
  'not-ours': {
    code: 'malformed',
    says: (path) => `${path} is not a file of credbridge's`,
    mends: moveAway,
  },
  'unknown-version': {
    code: 'unsupported',
    says: (path) => `${path} was written by a later version of credbridge`,
    mends: () => hint`update credbridge`,
  },
  'header-missing': {
    code: 'malformed',
    says: (path) => `there are records in the vault, but ${path} is missing`,
    mends: (path) => hint`put ${path} back from a copy`,
  },
}

/** The failure for a fault of a file. */
export function fault(kind: Fault | Unsafe, path: string): Failure {
  if (!isFault(kind)) return unsafe(kind, path)
  const { code, says, mends } = wordings[kind]
  return new Failure(code, says(path), { hints: [mends(path)] })
}

function isFault(kind: Fault | Unsafe): kind is Fault {
  return Object.hasOwn(wordings, kind)
}
