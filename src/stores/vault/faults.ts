import { Failure, type FailureCode } from '../../core/failure.ts'
import { type Hint, hint } from '../../core/hint.ts'
import { type Unsafe, unsafe } from '../../system/own-file.ts'

/**
 * The faults that files of a vault can have, each with its own failure:
 *
 * - `wrong-key`          the key file belongs to another vault
 * - `key-missing`        the key file does not exist
 * - `foreign-record`     the record was encrypted with the key of another vault
 * - `tampered`           the file was changed after it was written
 * - `swapped`            the record was exchanged with another one
 * - `moved`              the record was moved or copied here from another place
 * - `truncated`          the end of the file is missing
 * - `not-ours`           the file is not a file of credbridge
 * - `unknown-version`    the file was written by a later version of credbridge
 * - `header-missing`     there are records, but the header is missing
 *
 * and those of system/own-file.ts, if a file or folder is not private.
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
  /** What is left where the key cannot be restored. */
  readonly otherwise?: Hint
}

const moveAway = (path: string) => hint`to continue without it: mv ${path} ${`${path}.broken`}`
const beginAnew = hint`or, where it is lost, to begin a new vault: credbridge vault put-aside`

/** Made only where there is a fault: most calls meet none. */
const wordings = (): { readonly [fault in Fault]: Wording } => ({
  'wrong-key': {
    code: 'locked',
    says: (path) => `the key in ${path} does not open the vault`,
    mends: (path) => hint`restore the key file of this vault: ${path}`,
    otherwise: beginAnew,
  },
  'key-missing': {
    code: 'locked',
    says: (path) => `the vault is locked: its key file ${path} is missing`,
    mends: (path) => hint`restore the key file of this vault: ${path}`,
    otherwise: beginAnew,
  },
  'foreign-record': {
    code: 'malformed',
    says: (path) => `${path} was encrypted with the key of another vault`,
    mends: moveAway,
  },
  tampered: {
    code: 'malformed',
    says: (path) => `${path} has been changed since it was written`,
    mends: moveAway,
  },
  swapped: {
    code: 'malformed',
    says: (path) => `${path} was exchanged with another record of the vault`,
    mends: moveAway,
  },
  moved: {
    code: 'malformed',
    says: (path) => `${path} was moved or copied here from another place in the vault`,
    mends: moveAway,
  },
  truncated: {
    code: 'malformed',
    says: (path) => `the end of ${path} is missing`,
    mends: moveAway,
  },
  'not-ours': {
    code: 'malformed',
    says: (path) => `${path} is not a file of credbridge`,
    mends: moveAway,
  },
  'unknown-version': {
    code: 'unsupported',
    says: (path) => `${path} was written by a later version of credbridge`,
    mends: () => hint`update credbridge`,
  },
  'header-missing': {
    code: 'malformed',
    says: (path) => `the vault has records, but its header ${path} is missing`,
    mends: (path) => hint`restore ${path} from a copy`,
    otherwise: beginAnew,
  },
})

/** The failure for a fault of a file. */
export function fault(kind: Fault | Unsafe, path: string): Failure {
  if (!isFault(kind)) return unsafe(kind, path)
  const { code, says, mends, otherwise } = wordings()[kind]
  return new Failure(code, says(path), { hints: [mends(path), ...(otherwise === undefined ? [] : [otherwise])] })
}

function isFault(kind: Fault | Unsafe): kind is Fault {
  return Object.hasOwn(wordings(), kind)
}
