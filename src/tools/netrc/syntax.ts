/*
 * The syntax of .netrc: netrc(5), with the quotes and comments of curl, wget and Python. Its readers do not agree on
 * everything. What they read in different ways is not certain here, and is left alone.
 */

/** A word of the file. */
export interface Word {
  /** What it means. */
  readonly text: string
  readonly start: number
  readonly end: number
  readonly isQuoted: boolean
  /** Whether all readers that know quotes read it alike. */
  readonly isCertain: boolean
  /** Whether a comment, or what may be one, stands before it. */
  readonly isAfterComment: boolean
}

/** An entry: `machine …` or `default`, and all up to the next one. */
export interface Entry {
  /** `undefined`: the default entry. */
  readonly machine: Word | undefined
  readonly login: Word | undefined
  readonly password: Word | undefined
  /** Why it must stay where it is, for a person. */
  readonly fault: string | undefined
  /** All its words, without a macro. */
  readonly words: readonly Word[]
}

const blanks = ' \t\r\n'

/** The words that have a value, which is the next word, whatever that is. */
const names: readonly string[] = ['machine', 'login', 'password', 'account']

/** All words of the text; those of macros are left out, and the word `macdef` stands for the whole macro. */
export function wordsIn(text: string): readonly Word[] {
  const words: Word[] = []
  let [isAfterComment, isValue] = [false, false]
  for (let at = 0; at < text.length; ) {
    if (blanks.includes(text.charAt(at))) at++
    else if (text[at] === '#') {
      at = endOfLine(text, at)
      isAfterComment = true
    } else {
      const word = { ...wordAt(text, at), isAfterComment }
      words.push(word)
      at = word.text === 'macdef' && !isValue ? macroEnd(text, word.end) : word.end
      isValue = !isValue && names.includes(word.text)
      isAfterComment = false
    }
  }
  return words
}

function wordAt(text: string, start: number): Omit<Word, 'isAfterComment'> {
  if (text[start] === '"') return quotedAt(text, start)
  let end = start
  while (end < text.length && !blanks.includes(text.charAt(end))) end++
  const word = text.slice(start, end)
  // Python and wget take a backslash for an escape here, curl and Go do not; Go ends a word at any white space.
  return { text: word, start, end, isQuoted: false, isCertain: !/[\s\\]/.test(word) && isPlain(word) }
}

function quotedAt(text: string, start: number): Omit<Word, 'isAfterComment'> {
  let [word, at, isCertain] = ['', start + 1, true]
  while (at < text.length && text[at] !== '"') {
    if (text[at] === '\\') {
      at++
      // For curl these are control characters.
      isCertain &&= !'nrt'.includes(text.charAt(at))
    }
    word += text.charAt(at)
    at++
  }
  const end = Math.min(at + 1, text.length)
  const isEnded = text[at] === '"' && (end === text.length || blanks.includes(text.charAt(end)))
  return { text: word, start, end, isQuoted: true, isCertain: isCertain && isEnded && isPlain(word) }
}

/** A macro ends at the first empty line. */
function macroEnd(text: string, from: number): number {
  const found = /\n\r?\n/g
  found.lastIndex = from
  return found.exec(text) === null ? text.length : found.lastIndex
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}

/** The entries, in order. What stands before the first one is no entry. */
export function entriesIn(text: string): readonly Entry[] {
  const groups: Word[][] = []
  const words = wordsIn(text)
  for (let at = 0; at < words.length; ) {
    const word = words[at] as Word
    const taken = words.slice(at, at + (names.includes(word.text) ? 2 : 1))
    if (word.text === 'machine' || word.text === 'default') groups.push([])
    groups.at(-1)?.push(...taken)
    at += taken.length
  }
  const first = groups.findIndex(([word]) => word?.text === 'default')
  // Most readers take the default entry before they come to those after it.
  return groups.map((group, at) =>
    entryOf(group, first >= 0 && at > first ? 'it is after the default entry' : undefined),
  )
}

function entryOf(words: readonly Word[], before: string | undefined): Entry {
  const values = new Map<string, Word | undefined>()
  let fault = before
  for (let at = 0; at < words.length; at++) {
    const { text: name, isQuoted } = words[at] as Word
    const value = words[at + 1]
    if (name === 'macdef') fault ??= 'it has a macro'
    else if (name === 'account') fault ??= 'it has an account, which only ftp sends'
    else if (values.has(name) || isQuoted) fault ??= differently
    if (name === 'default' || name === 'macdef') continue
    if (!names.includes(name)) {
      fault ??= differently
      continue
    }
    if (value === undefined || !value.isCertain || value.isAfterComment) fault ??= differently
    values.set(name, value)
    at++
  }
  const [machine, login, password] = ['machine', 'login', 'password'].map((name) => values.get(name))
  if ([login, password].some((word) => (word?.text ?? '') === '')) fault ??= 'it has no login or no password'
  return { machine, login, password, fault, words }
}

const differently = 'its readers do not agree on what it says'

/** Prints a word so that all readers read it alike; in quotes only where it must be, or as asked. */
export function printWord(text: string, isQuoted = false): string | undefined {
  if (!isPlain(text)) return undefined
  const isBare = text !== '' && !/[\s"\\]/.test(text) && !text.startsWith('#')
  return isBare && !isQuoted ? text : `"${text.replace(/["\\]/g, (mark) => `\\${mark}`)}"`
}

/** Whether a file of words can carry the text at all. */
function isPlain(text: string): boolean {
  return !/\p{Cc}/u.test(text) && text.isWellFormed()
}
