import type { Command } from 'commander'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { inUse, openStore, storeNames } from '../stores/choose.ts'
import { settle } from '../stores/settled.ts'
import { tryOut } from '../stores/settling.ts'

export function useCommand(program: Command, context: CliContext): void {
  program
    .command('use <store>')
    .description(`settle on a store: ${storeNames.join(', ')}`)
    .action(async (name: string) => context.end(await use(context, name)))
}

/** Tries the store out before it is relied on; what lies in another one stays there (`credbridge move`). */
async function use(context: CliContext, name: string): Promise<number> {
  const { terminal, machine, engine, asker } = context
  const settings = await engine.settings()
  const store = await openStore(name, settings, machine)
  if (store.traits.lasts === 'process') throw new Failure('refused', `the ${name} store keeps nothing for long`)
  const before = inUse(settings, machine)
  await tryOut(store, asker)
  await settle(name, machine)
  terminal.say(`secrets are now kept in the ${name} store\n`)
  const [first] = before.names
  if (before.because === 'environment') terminal.say(`note: CREDBRIDGE_STORE says ${first}, which goes first\n`)
  if (before.because === 'settings') terminal.say(`note: the settings file says ${first}, which goes first\n`)
  const differs = before.because === 'settled' && first !== undefined && first !== name
  if (differs && (await hasAnything(context, first))) {
    terminal.say(`note: what is kept in the ${first} store stays there; to take it along:\n`)
    terminal.say(hint`  credbridge move --all --from ${first} --to ${name}\n`)
  }
  return 0
}

/** Whether anything stays behind in a store. One that cannot tell may have something. */
async function hasAnything({ machine, engine, asker }: CliContext, name: string): Promise<boolean> {
  try {
    const store = await openStore(name, await engine.settings(), machine)
    return (await store.list(asker)).length > 0
  } catch {
    return true
  }
}
