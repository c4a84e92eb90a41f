import { unprintable } from './unprintable.ts'

/*
 * People paste hints into a shell, and names in hints may come from requests. A name that a stranger chose must stay
 * one shell word.
 */

declare const quoted: unique symbol

/** One sentence or command for a person to follow, without a full stop. Only `hint` makes one. */
export type Hint = string & { readonly [quoted]: true }

/** What is put in is one word to the shell, or as many words as the list has. */
export function hint(text: TemplateStringsArray, ...words: readonly (string | readonly string[])[]): Hint {
  return text.map((part, at) => part + [words[at] ?? []].flat().map(pasted).join(' ')).join('') as Hint
}

/** Several as one. */
export function joinHints(hints: readonly Hint[], between: string): Hint {
  return hints.join(between) as Hint
}

/** The programs that hints run. A hint that begins with another word is a sentence. */
const programs = ['credbridge', 'chmod', 'chown', 'export', 'git', 'ls', 'mkdir', 'mv', 'rm', 'sudo', 'unset']

/**
 * The command in a hint, as a shell can run it: the whole hint, or what follows `to do this: `. `undefined` for a
 * sentence, and for a command with a word that the person must still choose (`<store>`).
 */
export function commandIn(text: Hint): Hint | undefined {
  // Without a quote before the colon it cannot be within a word that a stranger chose.
  const [before = ''] = /^[\w ,.()-]+: /.exec(text) ?? []
  return [text, text.slice(before.length) as Hint].find(isCommand)
}

/**
 * Where the command at the end of a sentence begins; `undefined` if there is none. `credbridge adds …` is no command: it
 * says what the program does.
 */
export function commandBegins(line: string): number | undefined {
  const found = [
    ...line.matchAll(/: (?=(git config|curl -|(credbridge|chmod|export|mv|rm|sudo|unset) \S*[^\s,s](\s|$)))/g),
  ].at(-1)
  return found === undefined ? undefined : found.index + 2
}

function isCommand(text: Hint): boolean {
  const [program = '', next = ''] = text.split(' ')
  return programs.includes(program) && next !== '' && !/<[^<>' ]+>|…/.test(text)
}

/**
 * The commands of a hint, of which each runs only if the one before it worked. A quoted word that contains ` && ` is cut,
 * too; its pieces are no commands of credbridge.
 */
export function stepsOf(command: Hint): readonly Hint[] {
  return command.split(' && ') as Hint[]
}

/**
 * The words of a hint that is one command of credbridge and nothing else, as a shell reads it; `undefined` for any other
 * hint, and for one with a word that the person must still choose (`<store>`).
 */
export function wordsOfCommand(command: Hint): readonly string[] | undefined {
  const words: string[] = []
  for (let rest: string = command; rest !== ''; ) {
    const [word] = /^(?:'[^']*'|"'+"|(?:\\\\)+|[\w./:@%+=,-]+)+(?= |$)/.exec(rest) ?? []
    if (word === undefined) return undefined
    words.push(word.replace(/'([^']*)'|"('+)"|\\(\\)/g, '$1$2$3'))
    rest = rest.slice(word.length + 1)
  }
  return words[0] === 'credbridge' && words.length > 1 ? words.slice(1) : undefined
}

/** What a program wrote: to be read, not to be pasted. */
export function saidBy(program: string, text: string): Hint {
  return `${program} says: ${text}` as Hint
}

/** The first five lines of a program's error output that are not blank, as hints. */
export function linesSaidBy(program: string, text: string): readonly Hint[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.slice(0, 5).map((line) => saidBy(program, line))
}

/** A word as the shells of POSIX, fish and PowerShell read it back. */
export function shellWord(word: string): string {
  if (/^[\w./:+-][\w./:@%+=,-]*$/.test(word)) return word
  // Inside of single quotes fish reads a backslash as an escape, and PowerShell two quotes as one.
  return word.replace(/\\+|'+|[^\\']+|^$/g, (run) => {
    if (run.startsWith('\\')) return run.repeat(2)
    return run.startsWith("'") ? `"${run}"` : `'${run}'`
  })
}

/** The same for what is shown, where no control character may be; then as bash, ksh and zsh read it back. */
function pasted(word: string): string {
  return word.search(unprintable) < 0 ? shellWord(word) : `$'${[...word].map(escaped).join('')}'`
}

/** In octal, which no shell's history or printing touches. */
function escaped(character: string): string {
  if (/^[\p{L}\p{N} ]$/u.test(character)) return character
  const bytes = [...Buffer.from(character)]
  return bytes.map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
}

interface Named {
  readonly form: string
  readonly key: string
}

/** An endpoint as arguments of credbridge's commands. */
export function endpointWords(endpoint: Named): readonly string[] {
  return placeWords(endpoint, undefined)
}

/** An endpoint, and an account where one is known. They come after all options. */
export function placeWords({ form, key }: Named, account: string | undefined): readonly string[] {
  const names = named(key, ...(account === undefined ? [] : [account]))
  return form === 'service' ? ['--service', ...names] : names
}

/** Names of which none is an option, though it begins with a dash. */
function named(...names: readonly string[]): readonly string[] {
  return names.some((name) => name.startsWith('-')) ? ['--', ...names] : names
}
