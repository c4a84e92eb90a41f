import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { moveFile, syncFolder } from '../../system/disk.ts'
import { isOwnFolder } from '../../system/own-file.ts'
import type { VaultOptions } from './options.ts'

/** Whether there is a folder of a vault, also of one whose header is damaged or missing. */
export function isThere({ folder, uid }: VaultOptions): boolean {
  return isOwnFolder(folder, uid)
}

/** Where the vault's folder would be put aside today: beside itself, under a name that is free. */
export function placeAside({ folder, now }: VaultOptions): string {
  const dated = `${folder}-${localDay(new Date(now()))}`
  const names = [dated, ...Array.from({ length: 99 }, (_, at) => `${dated}-${at + 2}`)]
  const free = names.find((name) => !existsSync(name))
  if (free !== undefined) return free
  throw new Failure('refused', `too many vaults were put aside today: ${dated}`)
}

/**
 * Renames the vault's folder, so that the next save makes a new vault. Nothing in the folder changes, and the key file
 * stays where it is. Returns false if the folder was removed meanwhile.
 */
export function putAside({ folder }: VaultOptions, to: string): boolean {
  if (!moveFile(folder, to)) return false
  syncFolder(dirname(folder))
  return true
}

function localDay(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
