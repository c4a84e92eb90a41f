import { isFailure } from '../core/failure.ts'
import { printable } from '../core/failure-text.ts'
import { commandIn, type Hint, wordsOfCommand } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { settleNow } from '../stores/choose.ts'
import { openStore } from '../stores/open.ts'
import { settle } from '../stores/settle.ts'
import { tryOut } from '../stores/settling.ts'
import { offeredStores } from '../stores/unsettled.ts'
import { sayLine } from './arguments.ts'

/** Settles on a store. Where that is a person's choice, a person on a terminal chooses; else it is a failure. */
export async function settleAtSetup({ terminal, machine, engine, asker }: CliContext): Promise<void> {
  const settings = await engine.settings()
  try {
    await settleNow(settings, machine, asker)
  } catch (error) {
    const offers = (await offeredStores(machine)).filter((offer) => nameIn(offer) !== undefined)
    if (!isFailure(error) || error.code !== 'unavailable' || offers.length === 0 || !terminal.inIsTerminal) throw error
    sayLine(terminal, error.message)
    for (const [index, offer] of offers.entries()) sayLine(terminal, `  ${index + 1}  ${printable(offer)}`)
    const chosen = offers[Number((await terminal.ask('Which one? Its number')).trim()) - 1]
    const name = chosen === undefined ? undefined : nameIn(chosen)
    if (name === undefined) throw error
    await tryOut(await openStore(name, settings, machine), asker)
    settle(name, machine)
    sayLine(terminal, `secrets are now kept in the ${name} store`)
  }
}

/** The store that the hint's command chooses. */
function nameIn(offer: Hint): string | undefined {
  const command = commandIn(offer)
  const words = command === undefined ? undefined : wordsOfCommand(command)
  return words?.[0] === 'use' ? words[1] : undefined
}
