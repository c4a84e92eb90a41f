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

/** Whether the text has printable ASCII characters only, no blank, and at least one. */
export function isPrintableWord(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) < 0x21 || text.charCodeAt(at) > 0x7e) return false
  return text !== ''
}
