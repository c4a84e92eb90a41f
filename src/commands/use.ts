import { resolve } from 'node:path'
import type { Command } from 'commander'
import { Failure, isFailure, withHints } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import type { Store } from '../core/store.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { inUse, openStore, storeNames } from '../stores/choose.ts'
import { settle } from '../stores/settled.ts'
import { tryOut } from '../stores/settling.ts'
import { broken } from './arguments.ts'
import { moveEverything } from './move.ts'

export function useCommand(program: Command, context: CliContext): void {
  program
    .command('use <store>')
    .description(`settle on a store: ${storeNames.join(', ')}`)
    .option('--move', 'first move there what the store in use keeps')
    .option('--socket <path>', 'where credbridge serve answers, for the remote store')
    .action(async (word: string, { move, socket }: { move?: boolean; socket?: string }) => {
      const name = socket === undefined ? word : `${word}:${resolve(socket)}`
      context.end(move === true ? await useMoving(context, name) : await use(context, name))
    })
}

/**
 * Moves everything first and settles last: until then the former store is in use, so the same command goes on where it
 * was interrupted.
 */
async function useMoving(context: CliContext, name: string): Promise<number> {
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
  const to = await usable(context, name)
  const [from] = await engine.stores()
  const stayed = names.length === 0 ? 0 : await moveEverything(context, from, to).catch(goingOn(name))
  await settle(name, machine)
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

/** Opens a store that a person wants to use, and tries it out. */
async function usable({ machine, engine, asker }: CliContext, name: string): Promise<Store> {
  const store = await openStore(name, await engine.settings(), machine)
  if (store.traits.lasts === 'process') throw new Failure('refused', `the ${name} store keeps nothing for long`)
  await tryOut(store, asker)
  return store
}

/** Tries the store before settling on it. Items in another store stay there. */
async function use(context: CliContext, name: string): Promise<number> {
  const { terminal, machine, engine } = context
  const before = inUse(await engine.settings(), machine)
  await usable(context, name)
  await settle(name, machine)
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
    return (await store.list(asker)).length > 0
  } catch {
    return true
  }
}
