import { Failure } from './failure.ts'

/** The words of a command, and whether some part of it means something to a shell, which does not read it. */
export interface CommandWords {
  readonly words: readonly string[]
  readonly looksLikeShell: boolean
}

/**
 * Splits a command into words as a POSIX shell does: blanks separate, quotes and backslashes keep together. Everything
 * else stands for itself: nothing is expanded, redirected or joined. `malformed` if a quote is open, or for a NUL.
 */
export function commandWords(text: string): CommandWords {
  if (text.includes('\0')) throw new Failure('malformed', 'a command cannot carry a NUL character')
  const words: string[] = []
  let word: string | undefined
  let looksLikeShell = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? ''
    if (blanks.includes(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (character === "'") {
      const end = text.indexOf("'", at + 1)
      if (end < 0) throw openQuote()
      word = (word ?? '') + text.slice(at + 1, end)
      at = end
    } else if (character === '"') {
      const quoted = doubleQuoted(text, at + 1)
      word = (word ?? '') + quoted.text
      at = quoted.end
    } else if (character === '\\') {
      if (at + 1 === text.length) throw openQuote()
      word = (word ?? '') + text[++at]
    } else {
      looksLikeShell ||= shellSigns.includes(character) || (character === '~' && word === undefined)
      word = (word ?? '') + character
    }
  }
  if (word !== undefined) words.push(word)
  return { words, looksLikeShell }
}

const blanks = ' \t\n\r'
const shellSigns = '|&;<>()$`*?'

/** In double quotes a backslash escapes only these (POSIX, 2.2.3). `at`: after the opening quote. */
function doubleQuoted(text: string, start: number): { readonly text: string; readonly end: number } {
  let quoted = ''
  for (let at = start; at < text.length; at++) {
    const character = text[at] ?? ''
    if (character === '"') return { text: quoted, end: at }
    const isEscape = character === '\\' && '"\\$`'.includes(text[at + 1] ?? ' ')
    quoted += isEscape ? text[++at] : character
  }
  throw openQuote()
}

function openQuote(): Failure {
  return new Failure('malformed', 'the command ends in the middle of a word: a quote is open')
}
