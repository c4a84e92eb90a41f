/** How many columns a terminal gives the text: two for wide characters, none for combining marks. */
export function columnsOf(text: string): number {
  if (isPlain(text)) return text.length
  let width = 0
  for (const letter of text) width += combining.test(letter) ? 0 : wide.test(letter) ? 2 : 1
  return width
}

/** Whether every character is one column wide for sure, which is far quicker to find out. */
function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >= 0x300) return false
  return true
}

const combining = /^[\p{M}\u200b-\u200d]$/u
const wide =
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\uff01-\uff60]$/u
