import type { Command } from 'commander'
import type { Entry } from '../core/credential.ts'
import { sameEndpoint } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { moveItem } from '../core/moving.ts'
import type { Desk } from '../edge/desk.ts'
import { openStore } from '../stores/choose.ts'
import { endpointFrom, nothingThere, shownAccount, withService } from './words.ts'

interface Options {
  readonly to: string
  readonly from?: string
  readonly all?: boolean
  readonly service?: boolean
  readonly dryRun?: boolean
}

export function moveCommand(program: Command, desk: Desk): void {
  withService(program.command('move [endpoint]'))
    .description('move what is kept to another store: copied, read back, then removed')
    .requiredOption('--to <store>', 'the store that gets it')
    .option('--from <store>', 'the store that has it; the one in use unless said')
    .option('--all', 'everything')
    .option('-n, --dry-run', 'show what would be moved')
    .action(async (endpoint: string | undefined, options) => desk.ends(await move(desk, endpoint, options)))
}

async function move({ terminal, open }: Desk, word: string | undefined, options: Options): Promise<number> {
  const { stores, settings, surroundings } = await open()
  const from = options.from === undefined ? stores[0] : await openStore(options.from, settings, surroundings)
  const to = await openStore(options.to, settings, surroundings)
  if (from.name === to.name) throw new Failure('refused', `it lies in the ${to.name} store already`)
  const meant = which(word, options)
  const entries = (await from.list()).filter(meant)
  let count = 0
  for (const entry of entries) {
    terminal.say(`${options.dryRun === true ? 'would move' : 'moving'} ${shown(entry)}\n`)
    if (options.dryRun !== true && (await moveItem(entry, from, to))) count++
  }
  if (options.dryRun !== true) terminal.say(`${count} moved to the ${to.name} store\n`)
  return entries.length === 0 ? nothingThere : 0
}

function which(word: string | undefined, options: Options): (entry: Entry) => boolean {
  if (options.all === true && word === undefined) return () => true
  if (options.all === true || word === undefined) {
    throw new Failure('malformed', 'say an endpoint, or --all', { hints: ['credbridge list'] })
  }
  const endpoint = endpointFrom(word, options)
  return (entry) => sameEndpoint(entry.endpoint, endpoint)
}

function shown({ endpoint, account, owner, kind }: Entry): string {
  return `${shownAccount(account)} at ${endpoint.key} (${owner}, ${kind})`
}
