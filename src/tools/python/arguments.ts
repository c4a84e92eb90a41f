import type { Reply } from '../dialect.ts'
import { helpReply, repr, usageError } from './usage.ts'

/*
 * Parses the arguments of `keyring` like Python's argparse, as far as this command uses it (Lib/argparse.py of Python
 * 3.14, `_parse_known_args`). Options may be anywhere, may be abbreviated while they are unambiguous, and end at `--`.
 */

/** The parsed arguments. */
export interface Arguments {
  readonly path?: string
  readonly backend?: string
  readonly listBackends?: boolean
  readonly disable?: boolean
  readonly mode: 'password' | 'creds'
  readonly output: 'plain' | 'json'
  readonly operation?: string
  readonly service?: string
  readonly username?: string
}

interface PythonOption {
  readonly name: string
  readonly flags: readonly string[]
  /** Takes a value; one of these if they are listed. */
  readonly value?: true | readonly string[]
}

const options: readonly PythonOption[] = [
  { name: 'help', flags: ['-h', '--help'] },
  { name: 'path', flags: ['-p', '--keyring-path'], value: true },
  { name: 'backend', flags: ['-b', '--keyring-backend'], value: true },
  { name: 'listBackends', flags: ['--list-backends'] },
  { name: 'disable', flags: ['--disable'] },
  { name: 'mode', flags: ['--mode'], value: ['password', 'creds'] },
  { name: 'output', flags: ['--output'], value: ['plain', 'json'] },
  { name: 'completion', flags: ['--print-completion'], value: ['bash', 'zsh', 'tcsh'] },
]

const byFlag = new Map(options.flatMap((option) => option.flags.map((flag) => [flag, option] as const)))

/** An option that an argument may be, with its attached value: after `=`, or directly after a letter. */
interface Meaning {
  readonly option: PythonOption | undefined
  readonly flag: string
  readonly equals?: boolean
  readonly glued?: string
}

/** A reply that ends the parsing before all arguments are read. */
class Ended extends Error {
  readonly reply: Reply
  constructor(reply: Reply) {
    super()
    this.reply = reply
  }
}

/** The parsed arguments, or the reply that ends the command at once: help, a completion script, an error. */
export function parseArguments(
  words: readonly string[],
  completion: (shell: string) => Reply,
): { readonly arguments: Arguments } | { readonly reply: Reply } {
  try {
    return { arguments: parse(words, completion) }
  } catch (error) {
    if (error instanceof Ended) return { reply: error.reply }
    throw error
  }
}

function parse(words: readonly string[], completion: (shell: string) => Reply): Arguments {
  const values: Record<string, string | boolean> = { mode: 'password', output: 'plain' }
  const left = ['operation', 'service', 'username']
  const extras: string[] = []
  const meanings = words.map((word, at) => (words.slice(0, at).includes('--') ? undefined : meaningsOf(word)))
  const pattern = words.map((word, at) => letterOf(word, meanings[at], words.indexOf('--') === at)).join('')

  function take(option: PythonOption, value: string | undefined): void {
    if (Array.isArray(option.value)) checkChoice(nameOf(option), value ?? '', option.value)
    if (option.name === 'help') throw new Ended(helpReply)
    if (option.name === 'completion') throw new Ended(completion(value ?? ''))
    values[option.name] = value ?? true
  }

  /** Fills as many of the remaining parameters as there are arguments from here on. Returns the position after them. */
  function takePositionals(start: number): number {
    const match = new RegExp(`^${'(-*A?-*)'.repeat(left.length)}`).exec(pattern.slice(start))
    const counts = (match?.slice(1) ?? []).map(({ length }) => length)
    if (pattern[start + (match?.[0].length ?? 0)] === 'O') while (counts.at(-1) === 0) counts.pop()
    let at = start
    for (const count of counts) {
      const value = words.slice(at, at + count).find((_, offset) => pattern[at + offset] === 'A')
      const name = left.shift() ?? ''
      if (value !== undefined && name === 'operation') checkChoice(name, value, ['get', 'set', 'del', 'diagnose'])
      if (value !== undefined) values[name] = value
      at += count
    }
    return at
  }

  /** Parses the option here, or several letters in one argument. Returns the position after it and its value. */
  function takeOption(start: number): number {
    const taken: [PythonOption, string | undefined][] = []
    let next = start + 1
    let meaning = onlyMeaning(words[start] ?? '', meanings[start] ?? [])
    for (;;) {
      const { option, flag, equals, glued } = meaning
      if (option === undefined) {
        extras.push(taken.length === 0 ? (words[start] ?? '') : `-${flag.slice(1)}${glued ?? ''}`)
        break
      }
      if (option.value !== undefined) {
        if (glued === undefined && pattern[next] !== 'A') throw wrongArgument(nameOf(option), 'expected one argument')
        taken.push([option, glued ?? words[next++]])
        break
      }
      taken.push([option, undefined])
      if (glued === undefined) break
      if (flag.startsWith('--') || glued === '' || equals === true || glued.startsWith('-')) {
        throw wrongArgument(nameOf(option), `ignored explicit argument ${repr(glued)}`)
      }
      meaning = letters(glued)
    }
    for (const [option, value] of taken) take(option, value)
    return next
  }

  let at = 0
  for (let option = pattern.indexOf('O'); option >= 0; option = pattern.indexOf('O', at)) {
    const end = at === option ? at : takePositionals(at)
    if (end > at) {
      at = end
      continue
    }
    extras.push(...words.slice(at, option))
    at = takeOption(option)
  }
  extras.push(...words.slice(takePositionals(at)))
  if (extras.length > 0) throw new Ended(usageError(`unrecognized arguments: ${extras.join(' ')}`))
  return values as unknown as Arguments
}

function letterOf(word: string, meanings: readonly Meaning[] | undefined, firstDashes: boolean): string {
  if (word === '--' && firstDashes) return '-'
  return meanings === undefined ? 'A' : 'O'
}

/** The options that an argument may be; `undefined` if it is none. */
function meaningsOf(word: string): readonly Meaning[] | undefined {
  if (!word.startsWith('-') || word === '-' || word === '--') return undefined
  const exact = byFlag.get(word)
  if (exact !== undefined) return [{ option: exact, flag: word }]
  const equals = word.indexOf('=')
  const [head, glued] = equals < 0 ? [word] : [word.slice(0, equals), word.slice(equals + 1)]
  const behind = glued === undefined ? {} : { equals: true, glued }
  const named = glued === undefined ? undefined : byFlag.get(head)
  if (named !== undefined) return [{ option: named, flag: head, ...behind }]
  const found: Meaning[] = word.startsWith('--')
    ? [...byFlag].filter(([flag]) => flag.startsWith(head)).map(([flag, option]) => ({ option, flag, ...behind }))
    : [...byFlag]
        .filter(([flag]) => flag === word.slice(0, 2) || head === '-')
        .map(([flag, option]) => ({ option, flag, glued: word.slice(2) }))
  if (found.length > 0) return found
  if (/^-\.?\p{Nd}/u.test(word) || word.includes(' ')) return undefined
  return [{ option: undefined, flag: word }]
}

/** The letters after the first one: `-hp` is `-h -p`. */
function letters(text: string): Meaning {
  const [flag, rest] = [`-${text[0]}`, text.slice(1)]
  const option = byFlag.get(flag)
  if (option === undefined || rest === '') return { option, flag, ...(rest === '' ? {} : { glued: rest }) }
  return rest.startsWith('=') ? { option, flag, equals: true, glued: rest.slice(1) } : { option, flag, glued: rest }
}

function onlyMeaning(word: string, meanings: readonly Meaning[]): Meaning {
  const [first] = meanings
  if (first !== undefined && meanings.length === 1) return first
  const could = meanings.map(({ flag }) => flag).join(', ')
  throw new Ended(usageError(`ambiguous option: ${word} could match ${could}`))
}

function nameOf({ flags }: PythonOption): string {
  return flags.join('/')
}

function checkChoice(name: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return
  throw wrongArgument(name, `invalid choice: ${repr(value)} (choose from ${choices.join(', ')})`)
}

function wrongArgument(name: string, message: string): Ended {
  return new Ended(usageError(`argument ${name}: ${message}`))
}
