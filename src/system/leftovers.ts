import { lstatSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { discard } from './disk.ts'
import { randomHex } from './random.ts'

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
  const [folder, start] = [dirname(path), `${basename(path)}.`]
  const isOne = (name: string) =>
    name.startsWith(start) && name.endsWith(ending) && isHex(name.slice(start.length, -ending.length))
  try {
    return readdirSync(folder)
      .filter(isOne)
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}

/**
 * Removes what processes that died have left beside this path: whatever is older than a minute, or than so many
 * milliseconds. Never fails.
 */
export function removeLeftovers(path: string, olderThan = minute, now = Date.now()): void {
  for (const leftover of leftoversOf(path)) {
    const stats = lstatSync(leftover, { throwIfNoEntry: false })
    if (stats !== undefined && !stats.isDirectory() && stats.mtimeMs <= now - olderThan) discard(leftover)
  }
}

function isHex(text: string): boolean {
  if (text.length !== digits) return false
  for (const character of text) if (!'0123456789abcdef'.includes(character)) return false
  return true
}
