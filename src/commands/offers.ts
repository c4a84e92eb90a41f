import type { Argument, Command, Option } from 'commander'
import { type Entry, person } from '../core/credential.ts'
import { storeNames } from '../stores/open.ts'
import { tools } from '../tools/index.ts'
import { offeredCommands } from './other-words.ts'

/* What a shell may offer for a line that is being typed. */

/** A word, and what it does if that is not plain. */
export interface Offer {
  readonly word: string
  readonly about?: string
}

/** What the shell itself completes: names of files, or a program and its words. */
export type ByShell = 'files' | 'command'

/** Where the words of a line lead. */
interface Position {
  readonly command: Command
  /** The arguments of the command so far. */
  readonly given: readonly string[]
  /** The option whose value comes next. */
  readonly awaiting: Option | undefined
  /** Whether `--` was typed. */
  readonly onlyArguments: boolean
}

/** What the shell itself completes after these words; `undefined` if that is for `offersFor`. */
export function byShell(program: Command, before: readonly string[], typed: string): ByShell | undefined {
  const { command, given, awaiting, onlyArguments } = positionAfter(program, before)
  const [, flag = ''] = /^(--[^=]+)=/.exec(typed) ?? []
  const option = awaiting ?? (onlyArguments ? undefined : optionNamed(command, flag))
  if (option !== undefined) return ['path', 'file'].includes(valueName(option)) ? 'files' : undefined
  const argument = typed.startsWith('-') && !onlyArguments ? undefined : argumentAt(command, given.length)
  if (argument === undefined) return undefined
  if (argument.name() === 'file') return 'files'
  // ssh's own words begin with a host, which only ssh's completion knows.
  if (!argument.variadic || !['command', 'words'].includes(argument.name()) || command.name() === 'ssh')
    return undefined
  return given.length === 0 ? 'command' : 'files'
}

/** What may stand after these words, beginning with `typed`. `kept` is asked only where endpoints or accounts fit. */
export async function offersFor(
  program: Command,
  before: readonly string[],
  typed: string,
  kept: () => Promise<readonly Entry[]>,
): Promise<readonly Offer[]> {
  const at = positionAfter(program, before)
  const { command, given, awaiting } = at
  const [, flag = '', begun] = /^(--[^=]+=)(.*)$/s.exec(typed) ?? []
  const assigned = begun === undefined ? undefined : optionNamed(command, flag.slice(0, -1))
  if (awaiting !== undefined) return beginningWith(typed, await valuesOf(awaiting, typed, kept))
  if (assigned !== undefined && begun !== undefined) {
    const values = beginningWith(begun, await valuesOf(assigned, begun, kept))
    return values.map(({ word }) => ({ word: flag + word }))
  }
  if (typed.startsWith('-') && !at.onlyArguments) return beginningWith(typed, optionsOf(command))
  const below = given.length === 0 && !at.onlyArguments ? commandsOf(command) : []
  const argument = argumentAt(command, given.length)
  const words = argument === undefined ? [] : await wordsFor(argument, given, typed, kept)
  return beginningWith(typed, [...below, ...words])
}

function positionAfter(program: Command, words: readonly string[]): Position {
  let command = program
  let awaiting: Option | undefined
  let onlyArguments = false
  const given: string[] = []
  for (const word of words) {
    if (awaiting !== undefined) awaiting = undefined
    else if (word === '--' && !onlyArguments) onlyArguments = true
    else if (word.startsWith('-') && !onlyArguments) {
      const option = optionNamed(command, word)
      awaiting = option?.required === true ? option : undefined
    } else {
      const below = given.length > 0 ? undefined : commandNamed(command, word)
      if (below === undefined) given.push(word)
      else command = below
    }
  }
  return { command, given, awaiting, onlyArguments }
}

function commandNamed(above: Command, word: string): Command | undefined {
  return above.commands.find((one) => one.name() === word || one.aliases().includes(word))
}

function optionNamed(command: Command, word: string): Option | undefined {
  return command.options.find(({ long, short }) => word === long || word === short)
}

function commandsOf(command: Command): readonly Offer[] {
  return offeredCommands(command).map((one) => ({ word: one.name(), about: one.description() }))
}

function optionsOf(command: Command): readonly Offer[] {
  const own = command.options.map(({ long, short, description }) => ({ word: long ?? short ?? '', about: description }))
  return [...own, { word: '--help', about: 'show the help' }]
}

function argumentAt(command: Command, index: number): Argument | undefined {
  const all = command.registeredArguments
  const last = all.at(-1)
  return all[index] ?? (last?.variadic === true ? last : undefined)
}

async function wordsFor(
  argument: Argument,
  given: readonly string[],
  typed: string,
  kept: () => Promise<readonly Entry[]>,
): Promise<readonly Offer[]> {
  const { argChoices } = argument
  if (argChoices !== undefined) return argChoices.map((word) => ({ word }))
  switch (argument.name()) {
    case 'endpoint':
      return endpointsLike(typed, await kept())
    case 'account':
      return accountsAt(given[0], await kept())
    case 'store':
      return stores
    default:
      return []
  }
}

/** The name of the value in the option's flags: `--to <store>`. */
function valueName({ flags }: Option): string {
  return /<([^>.]+)/.exec(flags)?.[1] ?? ''
}

async function valuesOf(
  option: Option,
  typed: string,
  kept: () => Promise<readonly Entry[]>,
): Promise<readonly Offer[]> {
  const { flags, argChoices } = option
  if (argChoices !== undefined) return argChoices.map((word) => ({ word }))
  const name = valueName(option)
  if (name === 'store') return stores
  if (name === 'tool') return [...tools.map((tool) => tool.name), person].map((word) => ({ word }))
  if (name === 'tools' || flags.startsWith('--tools ')) return listed(typed)
  if (name === 'endpoint') return endpointsLike(typed, await kept())
  if (name === 'time') return times
  if (flags.startsWith('--account ')) return accountsAt(undefined, await kept())
  if (/^name=endpoint$/i.test(name)) {
    const [assigned = ''] = /^[^=]+=/.exec(typed) ?? []
    if (assigned === '') return []
    const endpoints = endpointsLike(typed.slice(assigned.length), await kept())
    return endpoints.map(({ word }) => ({ word: assigned + word }))
  }
  return []
}

/** `helper:` is completed by the person, who knows its name. */
const stores: readonly Offer[] = storeNames().map((name) => ({ word: name.replace(/<.*>$/, '') }))

/** Some, to show how a time is written. */
const times: readonly Offer[] = ['30m', '8h', '7d'].map((word) => ({ word }))

/** Tools separated by commas, each once. */
function listed(typed: string): readonly Offer[] {
  const before = typed.slice(0, typed.lastIndexOf(',') + 1)
  const named = before.split(',')
  return tools.filter(({ name }) => !named.includes(name)).map(({ name }) => ({ word: before + name }))
}

/** The endpoints, without `https://` where the word was begun without it; after `#` their accounts. */
function endpointsLike(typed: string, entries: readonly Entry[]): readonly Offer[] {
  const hash = typed.indexOf('#')
  if (hash >= 0) {
    const at = typed.slice(0, hash)
    return accountsAt(at, entries).map(({ word }) => ({ word: `${at}#${encodeURIComponent(word)}` }))
  }
  const short = typed === '' || typed.includes('://') ? [] : entries.map(({ endpoint }) => withoutHttps(endpoint.key))
  return distinct([...entries.map(({ endpoint }) => endpoint.key), ...short])
}

function accountsAt(endpoint: string | undefined, entries: readonly Entry[]): readonly Offer[] {
  const there = entries.filter(
    ({ endpoint: { key } }) => endpoint === undefined || key === endpoint || withoutHttps(key) === endpoint,
  )
  return distinct(there.map(({ account }) => account))
}

function withoutHttps(key: string): string {
  return key.replace(/^https:\/\//, '')
}

function distinct(words: readonly string[]): readonly Offer[] {
  return [...new Set(words)].sort().map((word) => ({ word }))
}

function beginningWith(typed: string, offers: readonly Offer[]): readonly Offer[] {
  return offers.filter(({ word }) => word !== '' && word.startsWith(typed))
}
