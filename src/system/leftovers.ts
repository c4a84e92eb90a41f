import { lstatSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { discard } from './discard.ts'
import { isHex, randomHex } from './random.ts'

/*
 * A file is written to a temporary file in the same folder, `<name>.<16 hexadecimal digits>.credbridge-new`, and then
 * renamed. A process that is killed in between leaves the temporary file behind, perhaps with a secret in it.
 */

const ending = '.credbridge-new'
const digits = 16
const minute = 60_000

/** The path of a new temporary file for this path. */
export function nameBeside(path: string): string {
  return `${path}.${randomHex(digits / 2)}${ending}`
}

/** The paths of all temporary files for this path, complete or not. */
export function leftoversOf(path: string): readonly string[] {
  return namesBeside(path).filter((name) => name.length === path.length + 1 + digits + ending.length)
}

/**
 * Removes the temporary files that killed processes left for this path, and for paths that begin with this one and a
 * dot. Only files older than `olderThan` milliseconds, one minute by default. Never fails.
 */
export function removeLeftovers(path: string, olderThan = minute, now = Date.now()): void {
  for (const leftover of namesBeside(path)) {
    const stats = lstatSync(leftover, { throwIfNoEntry: false })
    if (stats !== undefined && !stats.isDirectory() && stats.mtimeMs <= now - olderThan) discard(leftover)
  }
}

/**
 * Removes all temporary files for this path, however new. Only for the process that has just acquired the lock that
 * guards the path: a process that lost this lock then has no temporary file to rename.
 */
export function removeAllLeftovers(path: string): void {
  for (const leftover of leftoversOf(path)) discard(leftover)
}

function namesBeside(path: string): readonly string[] {
  const [folder, start] = [dirname(path), `${basename(path)}.`]
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith(start) && name.endsWith(ending) && endsInDigits(name.slice(0, -ending.length)))
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}

function endsInDigits(name: string): boolean {
  const end = name.slice(-digits - 1)
  return end.startsWith('.') && isHex(end.slice(1))
}
