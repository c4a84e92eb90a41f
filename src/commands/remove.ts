import type { Command } from 'commander'
import type { Entry } from '../core/credential.ts'
import type { Endpoint } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { hint, placeWords } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import {
  accountFrom,
  accountsOf,
  endpointFrom,
  nothingThere,
  recoverHours,
  sayLine,
  shownAccount,
  withService,
} from './arguments.ts'
import { withdrawApproval } from './withdraw-approval.ts'

interface RemoveOptions {
  readonly service?: boolean
  readonly owner?: string
  readonly allAccounts?: boolean
  readonly unreadable?: boolean
  readonly final?: boolean
  readonly dryRun?: boolean
}

export function removeCommand(program: Command, context: CliContext): void {
  withService(program.command('remove <endpoint> [account]'))
    .description('remove a credential of any owner; for a while it can be restored')
    .option('--owner <tool>', 'only what this tool saved')
    .option('--all-accounts', 'every account of the endpoint')
    .option('--unreadable', 'only what is damaged, or was written by a later version')
    .option('--final', 'remove for good, restorable copies included')
    .option('-n, --dry-run', 'show what would be removed')
    .action(async (endpoint: string, account: string | undefined, options) =>
      context.end(await remove(context, endpoint, accountFrom(endpoint, account, options), options)),
    )
}

async function remove(
  context: CliContext,
  word: string,
  account: string | undefined,
  options: RemoveOptions,
): Promise<number> {
  const { terminal } = context
  const endpoint = endpointFrom(word, options)
  const broker = await context.broker()
  const actions = await broker.personActions()
  const all = options.unreadable === true ? [] : await actions.entriesAt(endpoint, account)
  const entries = all.filter(({ owner }) => options.owner === undefined || owner === options.owner)
  const accounts = accountsOf(entries)
  if (accounts.length > 1 && options.allAccounts !== true) throw severalAccounts(endpoint, accounts)
  // The account and the owner of an unreadable item are unknown.
  const damaged = options.owner === undefined && (entries.length === 0 || options.allAccounts === true)
  if (options.dryRun === true) {
    for (const entry of entries) sayLine(terminal, `would remove ${shown(entry)}`)
    const count = damaged ? await actions.removeUnreadable(endpoint, 'count') : 0
    if (count > 0) sayLine(terminal, `would remove ${count} that cannot be read`)
    return entries.length + count === 0 ? nothingThere : 0
  }
  let removed = 0
  const restorable = new Set<string>()
  for (const entry of entries) {
    const done = await actions.remove(entry, options.final === true ? 'final' : 'restorable')
    if (done === 'absent') continue
    if (done === 'restorable') restorable.add(entry.account)
    const unlikeAsked = done === 'final' && options.final !== true ? ', for good' : ''
    sayLine(terminal, `removed ${shown(entry)}${unlikeAsked}`)
    if (entry.kind === 'minted') await withdrawApproval(context, entry)
    removed++
  }
  const unreadable = damaged ? await actions.removeUnreadable(endpoint) : 0
  if (unreadable > 0) sayLine(terminal, `removed ${unreadable} that could not be read`)
  if (options.unreadable === true) return unreadable === 0 ? nothingThere : 0
  if (options.final === true) {
    const only = account ?? (options.allAccounts === true ? undefined : accounts[0])
    const copies = await broker.restorable.forget({ endpoint, account: only, owner: options.owner })
    if (copies > 0) sayLine(terminal, 'removed the restorable copies')
    return removed + unreadable + copies === 0 ? nothingThere : 0
  }
  if (removed === 0) await sayWhatIsLeft(context, endpoint, account, options.owner)
  else await sayHowToRestore(context, endpoint, [...restorable])
  return removed + unreadable === 0 ? nothingThere : 0
}

async function sayHowToRestore(context: CliContext, endpoint: Endpoint, accounts: readonly string[]): Promise<void> {
  const hours = accounts.length === 0 ? 0 : await recoverHours(context)
  for (const account of accounts) {
    const command = hint`credbridge restore ${placeWords(endpoint, account)}`
    sayLine(context.terminal, `note: to restore it within ${hours} hours: ${command}`)
  }
}

async function sayWhatIsLeft(
  { terminal, broker }: CliContext,
  endpoint: Endpoint,
  account: string | undefined,
  owner: string | undefined,
): Promise<void> {
  const copies = (await (await broker()).restorable.at(endpoint, account)).filter(
    ({ erased }) => owner === undefined || erased.owner === owner,
  )
  if (copies.length === 0) return
  sayLine(terminal, 'note: a removed credential can still be restored')
  sayLine(terminal, hint`hint: to remove it for good: credbridge remove --final ${placeWords(endpoint, account)}`)
}

function shown({ endpoint, account, owner, kind }: Entry): string {
  const what = kind === 'minted' ? ', a command that prints it' : ''
  return `${shownAccount(account)} at ${endpoint.key}, saved by ${owner}${what}`
}

function severalAccounts(endpoint: Endpoint, accounts: readonly string[]): Failure {
  return new Failure('ambiguous', 'there are several accounts', {
    hints: [...accounts.map((name) => hint`credbridge remove ${placeWords(endpoint, name)}`), hint`or --all-accounts`],
  })
}
