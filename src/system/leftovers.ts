import { lstatSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { discard } from './disk.ts'
import { isHex, randomHex } from './random.ts'

/*
 * A file is written beside its place under a name of ours, `<name>.<16 hexadecimal digits>.credbridge-new`. A process
 * that is killed before it gives the file its place leaves that name behind, perhaps with a secret in it.
 */

const ending = '.credbridge-new'
const digits = 16
const minute = 60_000

/** A name that nothing has yet, in the same folder. */
export function nameBeside(path: string): string {
  return `${path}.${randomHex(digits / 2)}${ending}`
}

/** The paths of what was written beside this one and has no place, finished or not. */
export function leftoversOf(path: string): readonly string[] {
  return namesBeside(path).filter((name) => name.length === path.length + 1 + digits + ending.length)
}

/**
 * Removes what processes that died have left beside this path, and beside what has its name and an ending: whatever is
 * older than a minute, or than so many milliseconds. Never fails.
 */
export function removeLeftovers(path: string, olderThan = minute, now = Date.now()): void {
  for (const leftover of namesBeside(path)) {
    const stats = lstatSync(leftover, { throwIfNoEntry: false })
    if (stats !== undefined && !stats.isDirectory() && stats.mtimeMs <= now - olderThan) discard(leftover)
  }
}

/**
 * Removes everything that was written beside this path and has no place, however new: for whoever has just got the lock
 * under which it is written. A process that lost the lock cannot give what it wrote its place any more.
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
