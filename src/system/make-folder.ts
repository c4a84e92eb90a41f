import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from './disk-failure.ts'

/**
 * Creates a folder and its missing parents with this mode. An existing folder stays as it is. System errors are thrown.
 *
 * Node's own `recursive` tries for ever where a folder is there and none can be made in it, as in /proc:
 * https://man7.org/linux/man-pages/man5/proc.5.html, mkdir(2) then says ENOENT.
 */
export function makeFolder(path: string, mode: number): void {
  if (isFolder(path) || isMade(path, mode)) return
  makeFolder(dirname(path), mode)
  mkdirUnlessThere(path, mode)
}

/** `false` if a parent is missing. */
function isMade(path: string, mode: number): boolean {
  try {
    mkdirUnlessThere(path, mode)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && dirname(path) !== path) return false
    throw error
  }
}

/** Some systems report another code than EEXIST where the folder is the root of a disk, or of a disk that is read-only. */
function mkdirUnlessThere(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode })
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || !isFolder(path)) throw error
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
