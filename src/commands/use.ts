import { type Command, Option } from 'commander'
import { withoutQuestions } from '../core/asker.ts'
import { Failure, isFailure, withHints } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import type { Store } from '../core/store.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { settingsFile } from '../engine/read-settings.ts'
import { storeTypes } from '../stores/index.ts'
import { inUse, openStore, storeNamed, storeNames } from '../stores/open.ts'
import { settle } from '../stores/settle.ts'
import { tryOut } from '../stores/settling.ts'
import type { Preparation } from '../stores/store-type.ts'
import { broken } from './arguments.ts'
import { moveEverything } from './move.ts'

export function useCommand(program: Command, context: CliContext): void {
  const command = program
    .command('use <store>')
    .description(`settle on a store: ${storeNames().join(', ')}`)
    .option('--move', 'first move there what the store in use keeps')
  for (const { useOptions = [] } of storeTypes) {
    for (const { flags, description } of useOptions) command.option(flags, description)
  }
  command.action(async (word: string, options: Options) => {
    const chosen = await chosenBy(context, word, options)
    context.end(options.move === true ? await useMoving(context, chosen) : await use(context, chosen))
  })
}

type Options = Readonly<Record<string, unknown>>

/**
 * Moves everything first and settles last: until then the former store is in use, so the same command goes on where it
 * was interrupted.
 */
async function useMoving(context: CliContext, chosen: Chosen): Promise<number> {
  const { name } = chosen
  const { terminal, machine, engine } = context
  const { names, because } = inUse(await engine.settings(), machine)
  const overrules = { environment: 'CREDBRIDGE_STORE', settings: 'the settings file', settled: '', 'not settled': '' }[
    because
  ]
  if (overrules !== '') throw new Failure('refused', `${overrules} names ${names[0]}, which takes precedence`)
  if (names[0] === name) {
    terminal.say(`secrets are kept in the ${name} store already\n`)
    terminal.say(hint`to move what another store keeps: credbridge move --all --from <store> --to ${name}\n`)
    return 0
  }
  const to = await usable(context, chosen)
  const [from] = await engine.stores()
  const stayed = names.length === 0 ? 0 : await moveEverything(context, from, to).catch(goingOn(name))
  settle(name, machine)
  terminal.say(`secrets are now kept in the ${name} store\n`)
  if (stayed === 0) return 0
  terminal.say(`note: ${stayed} could not be moved and stayed in the ${from.name} store\n`)
  return broken
}

function goingOn(name: string): (error: unknown) => never {
  return (error) => {
    throw isFailure(error) ? withHints(error, [hint`to go on where it stopped: credbridge use ${name} --move`]) : error
  }
}

/** Opens a store that a person wants to use, and tries it out. Then keeps what the options say about it. */
async function usable({ machine, asker }: CliContext, { name, settings, keep }: Chosen): Promise<Store> {
  const store = await openStore(name, settings, machine)
  if (store.traits.lasts === 'process') throw new Failure('refused', `the ${name} store keeps nothing for long`)
  await tryOut(store, asker)
  keep()
  return store
}

/** A store as the person named it, with what the options say about it. */
interface Chosen extends Preparation {
  readonly name: string
}

async function chosenBy(
  { machine, engine, terminal }: CliContext,
  word: string,
  { move: _, ...options }: Options,
): Promise<Chosen> {
  const settings = await engine.settings()
  const { type, parameter } = storeNamed(word)
  const isMeant = (flags: string) => options[new Option(flags).attributeName()] !== undefined
  const own = type.useOptions ?? []
  const others = storeTypes.flatMap(({ useOptions = [] }) => useOptions).filter((one) => !own.includes(one))
  const stray = others.find(({ flags }) => isMeant(flags))
  if (stray !== undefined) throw new Failure('malformed', `the ${type.name} store has no ${stray.flags.split(' ')[0]}`)
  if (type.prepare === undefined) return { name: word, settings, keep: () => {} }
  const file = settingsFile(machine.folders)
  const prepared = await type.prepare({ machine, settings, parameter, terminal, settingsFile: file }, options)
  const chosen = prepared.parameter ?? parameter
  return { ...prepared, name: chosen === '' ? type.name : `${type.name}:${chosen}` }
}

/** Tries the store before settling on it. Items in another store stay there. */
async function use(context: CliContext, chosen: Chosen): Promise<number> {
  const { name } = chosen
  const { terminal, machine, engine } = context
  const before = inUse(await engine.settings(), machine)
  await usable(context, chosen)
  settle(name, machine)
  terminal.say(`secrets are now kept in the ${name} store\n`)
  const [first] = before.names
  if (before.because === 'environment') terminal.say(`note: CREDBRIDGE_STORE names ${first}, which takes precedence\n`)
  if (before.because === 'settings') terminal.say(`note: the settings file names ${first}, which takes precedence\n`)
  const differs = before.because === 'settled' && first !== undefined && first !== name
  if (differs && (await hasAnything(context, first))) {
    terminal.say(`note: what is kept in the ${first} store stays there; to take it along:\n`)
    terminal.say(hint`  credbridge move --all --from ${first} --to ${name}\n`)
  }
  return 0
}

/** Whether the store has entries. True if it cannot be listed. */
async function hasAnything({ machine, engine, asker }: CliContext, name: string): Promise<boolean> {
  try {
    const store = await openStore(name, await engine.settings(), machine)
    return (await store.list(withoutQuestions(asker))).length > 0
  } catch {
    return true
  }
}
