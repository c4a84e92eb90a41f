import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../core/failure.ts'

interface Where {
  readonly places: { readonly state: string }
}

/** The store that was settled on; `undefined` if none was. */
export function settledName({ places }: Where): string | undefined {
  try {
    const name = readFileSync(settledFile(places.state), 'utf8').trim()
    return name === '' ? undefined : name
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return undefined
    throw new Failure('unavailable', `${settledFile(places.state)}, which names the store in use, cannot be read`, {
      cause: error,
    })
  }
}

/** Remembers the store in use until somebody says otherwise. */
export function settle(name: string, where: Where): void {
  remembering(name, where, renameSync)
}

/** Remembers the store in use if none is yet, even if several processes do so at once; `undefined`, or the earlier one. */
export function settleFirst(name: string, where: Where): string | undefined {
  let earlier: string | undefined
  remembering(name, where, (beside, file) => {
    try {
      linkSync(beside, file)
    } catch {
      // Somebody was first, or the file system has no links.
      earlier = settledName(where)
      if (earlier === undefined) renameSync(beside, file)
    }
  })
  return earlier
}

function remembering(name: string, { places }: Where, put: (beside: string, file: string) => void): void {
  const file = settledFile(places.state)
  const beside = `${file}.${Math.random().toString(36).slice(2)}`
  try {
    mkdirSync(places.state, { recursive: true, mode: 0o700 })
    writeFileSync(beside, `${name}\n`, { mode: 0o600, flag: 'wx' })
    try {
      put(beside, file)
    } finally {
      rmSync(beside, { force: true })
    }
  } catch (error) {
    throw new Failure('refused', `which store is in use cannot be remembered: ${file} cannot be written`, {
      hints: [`say it in the environment: CREDBRIDGE_STORE=${name}`],
      cause: error,
    })
  }
}

/** The file that names the store that was settled on. */
export function settledFile(state: string): string {
  return join(state, 'store')
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? ''
}
