/*
 * Character classes as strings. The first regular expression of a process costs 0.3 ms and 3 MB, and every call parses
 * endpoints (bench/NOTES.md).
 */
export const digits = '0123456789'
export const letters = 'abcdefghijklmnopqrstuvwxyz'
export const hexDigits = `${digits}abcdefABCDEF`

/** Whether the text consists of these characters only. True for the empty text. */
export function isMadeOf(text: string, characters: string): boolean {
  for (const character of text) if (!characters.includes(character)) return false
  return true
}
