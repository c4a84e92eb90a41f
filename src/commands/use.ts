import type { Command } from 'commander'
import type { Desk } from '../edge/desk.ts'
import { openStore, settle, storeNames } from '../stores/choose.ts'
import { tryOut } from '../stores/settling.ts'

export function useCommand(program: Command, desk: Desk): void {
  program
    .command('use <store>')
    .description(`settle on a store: ${storeNames.join(', ')} or helper:<name>`)
    .action(async (name: string) => desk.ends(await use(desk, name)))
}

/** Tries the store out before it is relied on; what lies in another one stays there (`credbridge move`). */
async function use({ terminal, open }: Desk, name: string): Promise<number> {
  const { settings, surroundings } = await open()
  const store = await openStore(name, settings, surroundings)
  await tryOut(store)
  settle(name, surroundings)
  terminal.say(`secrets are now kept in the ${name} store\n`)
  if (settings.stores !== undefined)
    terminal.say('note: the settings file or CREDBRIDGE_STORE names another, which goes first\n')
  return 0
}
