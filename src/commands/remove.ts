import type { Command } from 'commander'
import type { Broker } from '../core/broker.ts'
import type { Entry } from '../core/credential.ts'
import type { Endpoint } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { hint, placeWords } from '../core/hint.ts'
import type { Copy, Which } from '../core/restorable.ts'
import type { Terminal } from '../core/terminal.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import {
  accountsOf,
  byName,
  nothingAt,
  nothingThere,
  recoverHours,
  sayLine,
  shownAccount,
  withService,
} from './arguments.ts'
import { atPlace } from './pick.ts'
import type { NamedPlace } from './place.ts'
import { staysAtProvider } from './token-state.ts'
import { withdrawApproval } from './withdraw-approval.ts'

interface RemoveOptions {
  readonly service?: boolean
  readonly owner?: string
  readonly allAccounts?: boolean
  readonly unreadable?: boolean
  readonly final?: boolean
  readonly dryRun?: boolean
  readonly yes?: boolean
}

export function removeCommand(program: Command, context: CliContext): void {
  withService(program.command('remove [endpoint] [account]'))
    .alias('rm')
    .description('remove a credential of any owner; for a while it can be restored')
    .option('--owner <tool>', 'only what this tool saved')
    .option('--all-accounts', 'every account of the endpoint')
    .option('--unreadable', 'only what is damaged, or was written by a later version')
    .option('--final', 'remove for good, restorable copies included')
    .option('-n, --dry-run', 'show what would be removed')
    .option('-y, --yes', 'remove without asking')
    .action(async (word: string | undefined, account: string | undefined, options) =>
      context.end(await atPlace(context, [word, account], options, (place) => remove(context, place, options))),
    )
}

async function remove(context: CliContext, { endpoint, account }: NamedPlace, options: RemoveOptions): Promise<number> {
  const { terminal } = context
  const broker = await context.broker()
  const actions = await broker.personActions()
  const all = options.unreadable === true ? [] : await actions.entriesAt(endpoint, account)
  const entries = all.filter(({ owner }) => options.owner === undefined || owner === options.owner).sort(byName)
  const accounts = accountsOf(entries)
  if (accounts.length > 1 && options.allAccounts !== true) throw severalAccounts(endpoint, accounts)
  // The account and the owner of an unreadable item are unknown.
  const damaged = options.owner === undefined && (entries.length === 0 || options.allAccounts === true)
  const count = damaged ? await actions.removeUnreadable(endpoint, 'count') : 0
  const only = account ?? (options.allAccounts === true ? undefined : accounts[0])
  const which = { endpoint, account: only, owner: options.owner }
  const forgets = options.final === true && options.unreadable !== true
  const copies = forgets ? (await copiesAt(broker, which)).length : 0
  if (entries.length + count + copies === 0) {
    nothingAt(terminal, endpoint, account)
    if (options.unreadable !== true) await sayWhatIsLeft(context, endpoint, account, options.owner)
    return nothingThere
  }
  const what = [
    ...entries.map(shown),
    ...(count > 0 ? [`${count} at ${endpoint.key} that cannot be read`] : []),
    ...(copies > 0 ? [`${copies} restorable ${copies === 1 ? 'copy' : 'copies'} of ${endpoint.key}`] : []),
  ]
  for (const entry of entries) if (entry.kind === 'token') sayLine(terminal, staysAtProvider(entry))
  if (options.dryRun === true) {
    for (const one of what) sayLine(terminal, `would remove ${one}`)
    return 0
  }
  if (!(await agrees(terminal, what, options))) {
    sayLine(terminal, 'nothing was removed')
    return nothingThere
  }
  const restorable = new Set<string>()
  for (const entry of entries) {
    const done = await actions.remove(entry, options.final === true ? 'final' : 'restorable')
    if (done === 'absent') continue
    if (done === 'restorable') restorable.add(entry.account)
    const unlikeAsked = done === 'final' && options.final !== true ? ', for good' : ''
    sayLine(terminal, `removed ${shown(entry)}${unlikeAsked}`)
    if (entry.kind === 'minted') await withdrawApproval(context, entry)
  }
  const unreadable = count > 0 ? await actions.removeUnreadable(endpoint) : 0
  if (unreadable > 0) sayLine(terminal, `removed ${unreadable} that could not be read`)
  if (forgets && (await (await broker.restorable()).forget(which)) > 0)
    sayLine(terminal, 'removed the restorable copies')
  await sayHowToRestore(context, endpoint, [...restorable])
  return 0
}

/** Asks once, where a person types. What comes from a script was meant. */
async function agrees(terminal: Terminal, what: readonly string[], { yes, final }: RemoveOptions): Promise<boolean> {
  if (yes === true || !terminal.inIsTerminal) return true
  for (const one of what) sayLine(terminal, one)
  return terminal.confirm(
    `Remove ${what.length === 1 ? 'it' : `these ${what.length}`}${final === true ? ' for good' : ''}?`,
  )
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
  const copies = await copiesAt(await broker(), { endpoint, account, owner })
  if (copies.length === 0) return
  sayLine(terminal, 'note: a removed credential can still be restored')
  sayLine(terminal, hint`hint: to remove it for good: credbridge remove --final ${placeWords(endpoint, account)}`)
}

async function copiesAt(broker: Broker, which: Which): Promise<readonly Copy[]> {
  const copies = await (await broker.restorable()).at(which.endpoint, which.account)
  return copies.filter(({ erased }) => which.owner === undefined || erased.owner === which.owner)
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
