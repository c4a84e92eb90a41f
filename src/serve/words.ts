import { printable } from '../core/failure-text.ts'

const longest = 80

/** A name from the far side, as a person may see it: no character that moves, colours or reorders, and not too long. */
export function shown(name: string): string {
  return cut(printable(name), longest)
}

/** At most so many characters of a name. Its middle goes: of a path the end tells most, and of an address the beginning. */
export function cut(name: string, most: number): string {
  const letters = [...name]
  if (letters.length <= most) return name
  const before = Math.floor((most - 1) / 2)
  return `${letters.slice(0, before).join('')}…${letters.slice(letters.length - (most - 1 - before)).join('')}`
}
