/*
 * Kinds of characters as texts: the first regular expression of a process costs it 0.3 ms and 3 MB, and endpoints are on
 * the way of every call (bench/NOTES.md).
 */
export const digits = '0123456789'
export const letters = 'abcdefghijklmnopqrstuvwxyz'
export const hexDigits = `${digits}abcdefABCDEF`

/** Whether there is nothing but these characters in a text. */
export function isMadeOf(text: string, characters: string): boolean {
  for (const character of text) if (!characters.includes(character)) return false
  return true
}
