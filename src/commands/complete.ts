import type { Command } from 'commander'
import { withoutPerson } from '../core/asker.ts'
import { type Entry, isNoteKind, isOurOwn } from '../core/credential.ts'
import { printable } from '../core/failure-text.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { inUse, storeNamed } from '../stores/open.ts'
import { byShell, offersFor } from './offers.ts'

/**
 * `credbridge complete -- <words…> =<begun word>`, which the completion scripts call: prints one word on each line, and
 * what it does after a tab; or a tab and what the shell shall complete itself (offers.ts). It never asks a person, unlocks nothing, ends in time, and says nothing about what goes wrong.
 */
export function completeCommand(program: Command, context: CliContext): void {
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .helpOption(false)
    .action(async (words: readonly string[]) => {
      const begun = words.at(-1) ?? '='
      const shells = byShell(program, words.slice(0, -1), begun.slice(1))
      if (shells !== undefined) return context.terminal.out(`\t${shells}\n`)
      let isLate = false
      const kept = async () => {
        const found = await inTime(keptEntries(context))
        isLate = found === undefined
        return found ?? []
      }
      const offers = await offersFor(program, words.slice(0, -1), begun.slice(1), kept)
      const lines = offers.map(({ word, about }) => (about === undefined ? word : `${word}\t${about}`))
      context.terminal.out(lines.map((line) => `${line.split('\t').map(printable).join('\t')}\n`).join(''))
      context.end(0, isLate)
    })
}

/** Milliseconds for which a person would wait for Tab. */
const patience = 1000

async function inTime<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patience)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Empty if they cannot be listed. A store that is another program may ask the person itself, so it is not asked. */
async function keptEntries({ engine, machine, asker }: CliContext): Promise<readonly Entry[]> {
  try {
    const { names } = inUse(await engine.settings(), machine)
    if (names.some((name) => storeNamed(name).type.parameter !== undefined)) return []
    const stores = await engine.stores()
    const lists = await Promise.all(stores.map((store) => store.list(withoutPerson(asker))))
    return lists.flat().filter((entry) => !isNoteKind(entry.kind) && !isOurOwn(entry))
  } catch {
    return []
  }
}
