import { Failure, isFailure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'

/**
 * Runs `act`, and turns a system error into a failure. Never `unavailable`, which would mean that there is no store.
 */
export function onDisk<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw diskFailure(error, path)
  }
}

/** Runs `act`; returns `undefined` if the path does not exist (ENOENT). Other system errors become failures. */
export function unlessAbsent<T>(path: string, act: () => T): T | undefined {
  try {
    return act()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw diskFailure(error, path)
  }
}

/** The error code of the system, for example `ENOENT`; empty if the error has none. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
}

/** Whether the error means that the path does not exist. */
export function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(codeOf(error))
}

/** The failure for a system error about a path. */
export function diskFailure(error: unknown, path: string): Failure {
  if (isFailure(error)) return error
  const code = codeOf(error)
  const [kind, why] = reasons[code] ?? ['refused', `the system reports ${code === '' ? 'no error code' : code}`]
  return new Failure(kind, `${path} cannot be used: ${why}`, { cause: error, hints: [hint`ls -ld ${path}`] })
}

const reasons: { readonly [code: string]: readonly ['refused' | 'unsupported', string] } = {
  ENOENT: ['refused', 'it does not exist'],
  ENOSPC: ['refused', 'no space is left on its disk'],
  EDQUOT: ['refused', 'your disk quota is used up'],
  EROFS: ['refused', 'its file system is read-only'],
  EACCES: ['refused', 'permission denied'],
  EPERM: ['refused', 'its file system does not permit this operation'],
  ENOTSUP: ['unsupported', 'its file system does not support this operation'],
  ENOTDIR: ['refused', 'a part of its path is not a folder'],
}
