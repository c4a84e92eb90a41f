import { printable } from '../core/failure-text.ts'

const longest = 80

/** A name from the far side, as a person may see it: no character that moves, colours or reorders, and not too long. */
export function shown(name: string): string {
  const letters = [...printable(name)]
  return letters.length <= longest ? letters.join('') : `${letters.slice(0, longest - 1).join('')}…`
}
