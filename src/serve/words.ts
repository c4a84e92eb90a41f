import { printable } from '../core/failure-text.ts'

const longest = 80

/** A name from the far side, as a person may see it: no character that moves, colours or reorders, and not too long. */
export function shown(name: string): string {
  return cut(printable(name), longest)
}

/** At most so many characters of a name, the last of which tells that it goes on. */
export function cut(name: string, most: number): string {
  const letters = [...name]
  return letters.length <= most ? name : `${letters.slice(0, most - 1).join('')}…`
}
