import { Failure, isFailure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'

/** Does something with a path. What the system says becomes a failure; never `unavailable`, which would mean no store. */
export function onDisk<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw diskFailure(error, path)
  }
}

/** Does something with a path. Nothing there: `undefined`. What the system says otherwise becomes a failure. */
export function unlessAbsent<T>(path: string, act: () => T): T | undefined {
  try {
    return act()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw diskFailure(error, path)
  }
}

/** The system's name for what went wrong, or nothing. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
}

/** Whether the system says that nothing has this path. */
export function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(codeOf(error))
}

/** What the system said about a path, as a failure. */
export function diskFailure(error: unknown, path: string): Failure {
  if (isFailure(error)) return error
  const code = codeOf(error)
  const [kind, why] = reasons[code] ?? ['refused', `the system says ${code === '' ? 'nothing more' : code}`]
  return new Failure(kind, `${path} cannot be used: ${why}`, { cause: error, hints: [hint`ls -ld ${path}`] })
}

const reasons: { readonly [code: string]: readonly ['refused' | 'unsupported', string] } = {
  ENOENT: ['refused', 'it is not there'],
  ENOSPC: ['refused', 'no space is left on its disk'],
  EDQUOT: ['refused', 'your share of its disk is used up'],
  EROFS: ['refused', 'its file system is read-only'],
  EACCES: ['refused', 'permission denied'],
  EPERM: ['refused', 'its file system does not permit that'],
  ENOTSUP: ['unsupported', 'its file system cannot do that'],
  ENOTDIR: ['refused', 'a part of its path is not a folder'],
}
