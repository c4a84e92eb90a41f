import type { Command } from 'commander'
import type { Entry } from '../core/credential.ts'
import type { Endpoint } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { endpointWords, shellWord } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { accountFrom, accountsOf, endpointFrom, nothingThere, shownAccount, withService } from './arguments.ts'

interface Options {
  readonly service?: boolean
  readonly owner?: string
  readonly allAccounts?: boolean
  readonly unreadable?: boolean
  readonly dryRun?: boolean
}

export function removeCommand(program: Command, context: CliContext): void {
  withService(program.command('remove <endpoint> [account]'))
    .description('forget a credential at once and for good, whoever saved it')
    .option('--owner <tool>', 'only what this tool saved')
    .option('--all-accounts', 'every account of the endpoint')
    .option('--unreadable', 'only what is damaged, or was written by a later version')
    .option('-n, --dry-run', 'show what would be removed')
    .action(async (endpoint: string, account: string | undefined, options) =>
      context.end(await remove(context, endpoint, accountFrom(endpoint, account, options), options)),
    )
}

async function remove(
  context: CliContext,
  word: string,
  account: string | undefined,
  options: Options,
): Promise<number> {
  const endpoint = endpointFrom(word, options)
  const broker = await context.broker()
  const entries =
    options.unreadable === true
      ? []
      : (await broker.keeping.at(endpoint, account)).filter(
          ({ owner }) => options.owner === undefined || owner === options.owner,
        )
  const accounts = accountsOf(entries)
  if (accounts.length > 1 && options.allAccounts !== true) throw severalAccounts(endpoint, accounts)
  // Of what cannot be read nothing tells the account, nor who saved it.
  const damaged = options.owner === undefined && (entries.length === 0 || options.allAccounts === true)
  if (options.dryRun === true) {
    for (const entry of entries) context.terminal.say(`would remove ${shown(entry)}\n`)
    const count = damaged ? await broker.keeping.discardUnreadable(endpoint, 'count') : 0
    if (count > 0) context.terminal.say(`would remove ${count} that cannot be read\n`)
    return entries.length + count === 0 ? nothingThere : 0
  }
  let removed = 0
  for (const entry of entries) {
    if ((await broker.keeping.discard([entry])) === 0) continue
    context.terminal.say(`removed ${shown(entry)}\n`)
    removed++
  }
  const unreadable = damaged ? await broker.keeping.discardUnreadable(endpoint) : 0
  if (unreadable > 0) context.terminal.say(`removed ${unreadable} that could not be read\n`)
  if (options.unreadable === true) return unreadable === 0 ? nothingThere : 0
  const only = account ?? (options.allAccounts === true ? undefined : accounts[0])
  const copies = await broker.erased.forget({ endpoint, account: only, owner: options.owner })
  if (copies > 0) context.terminal.say('removed what could have been restored\n')
  return removed + unreadable + copies === 0 ? nothingThere : 0
}

function shown({ endpoint, account, owner }: Entry): string {
  return `${shownAccount(account)} at ${endpoint.key}, saved by ${owner}`
}

function severalAccounts(endpoint: Endpoint, accounts: readonly string[]): Failure {
  return new Failure('ambiguous', 'there are several accounts', {
    hints: [
      ...accounts.map((name) => `credbridge remove ${endpointWords(endpoint)} ${shellWord(name)}`),
      'or --all-accounts',
    ],
  })
}
