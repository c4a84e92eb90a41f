import { replaceFile } from '../../system/atomic-write.ts'
import { readOwnFile } from '../../system/own-file.ts'
import { fault } from './faults.ts'
import type { VaultOptions } from './options.ts'

/*
 * The file `locked` in the vault's folder contains the time of the last `credbridge lock`, in milliseconds since 1970,
 * as one line. A key from an earlier `unlock` is not valid any more.
 */

/** When the vault was locked last, in milliseconds since 1970; `undefined` if it never was. */
export function lockedAt({ folder, uid }: VaultOptions): number | undefined {
  const path = markPath(folder)
  const bytes = readOwnFile(path, uid)
  if (bytes === undefined) return undefined
  const text = bytes.toString('latin1')
  if (!/^[0-9]{1,15}\n$/.test(text)) throw fault('tampered', path)
  return Number(text)
}

/** Invalidates every key that `unlock` has made until now. */
export function markLocked(options: VaultOptions): void {
  replaceFile(markPath(options.folder), `${Math.max(options.now(), lockedAt(options) ?? 0)}\n`)
}

function markPath(folder: string): string {
  return `${folder}/locked`
}
