import type { Command } from 'commander'
import type { Entry } from '../core/credential.ts'
import { sameEndpoint } from '../core/endpoint.ts'
import { Failure, type FailureCode, failureToPass } from '../core/failure.ts'
import { printable } from '../core/failure-text.ts'
import { hint, placeWords } from '../core/hint.ts'
import { moveItem } from '../core/move-item.ts'
import type { Store } from '../core/store.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { isKeyOfStore } from '../stores/choose.ts'
import { inUse, openStore } from '../stores/open.ts'
import { broken, byName, nothingThere, sayLine, shownAccount, withService } from './arguments.ts'
import { placeFrom } from './place.ts'
import { withdrawApproval } from './withdraw-approval.ts'

interface MoveOptions {
  readonly to: string
  readonly from?: string
  readonly all?: boolean
  readonly service?: boolean
  readonly dryRun?: boolean
}

export function moveCommand(program: Command, context: CliContext): void {
  withService(program.command('move [endpoint]'))
    .description('move what is kept to another store: copied, read back, then removed')
    .requiredOption('--to <store>', 'the target store')
    .option('--from <store>', 'the source store; by default the one in use')
    .option('--all', 'move everything')
    .option('-n, --dry-run', 'show what would be moved')
    .action(async (endpoint: string | undefined, options) => context.end(await move(context, endpoint, options)))
}

async function move(context: CliContext, word: string | undefined, options: MoveOptions): Promise<number> {
  const { terminal } = context
  const meant = await which(context, word, options)
  const { from, to } = await stores(context, options)
  const entries = (await movable(context, from)).filter(meant)
  // If no store is settled, the source is known only after the listing.
  if (from.name === to.name) throw new Failure('refused', `it is in the ${to.name} store already`)
  if (options.dryRun === true) {
    for (const entry of entries) terminal.say(`would move ${shown(entry)}\n`)
    return entries.length === 0 ? nothingThere : 0
  }
  const stayed = await moveAll(context, entries, from, to)
  const unreadable = options.all === true ? await sayUnreadable(context, from) : 0
  await sayWhatIsInUse(context, to.name, entries.length - stayed)
  if (stayed + unreadable > 0) return broken
  return entries.length === 0 ? nothingThere : 0
}

/** Moves everything that a store keeps, and says each. Returns how many items stayed. Throws if a store fails. */
export async function moveEverything(context: CliContext, from: Store, to: Store): Promise<number> {
  return (await moveAll(context, await movable(context, from), from, to)) + (await sayUnreadable(context, from))
}

/** What the store keeps, but for what opens another one from this machine. */
async function movable({ asker }: CliContext, from: Store): Promise<readonly Entry[]> {
  return (await from.list(asker)).filter((entry) => !isKeyOfStore(entry)).sort(byTime)
}

async function stores(context: CliContext, options: MoveOptions): Promise<{ from: Store; to: Store }> {
  const { machine, engine } = context
  const settings = await engine.settings()
  const to = await openStore(options.to, settings, machine)
  if (to.traits.lasts === 'process') throw new Failure('refused', `the ${to.name} store keeps nothing for long`)
  if (options.from === undefined) return { from: (await engine.stores())[0], to }
  return { from: await openStore(options.from, settings, machine), to }
}

/** Moves the entries. Returns how many stayed because the target cannot take them. Throws if a store fails. */
async function moveAll(context: CliContext, entries: readonly Entry[], from: Store, to: Store): Promise<number> {
  const { terminal, asker } = context
  let [moved, stayed] = [0, 0]
  try {
    for (const entry of entries) {
      try {
        if (!(await moveItem(asker, entry, from, to))) continue
        terminal.say(`moved ${shown(entry)}\n`)
        if (entry.kind === 'minted') {
          await withdrawApproval(context, entry, from.name)
          const words = placeWords(entry.endpoint, entry.account)
          sayLine(terminal, hint`note: its command runs from there once you approve it: credbridge approve ${words}`)
        }
        moved++
      } catch (error) {
        const { code, message } = failureToPass(error)
        if (!stays.includes(code)) throw error
        terminal.say(printable(`stays: ${shown(entry)}: ${message}`).concat('\n'))
        stayed++
      }
    }
  } finally {
    terminal.say(`${moved} moved to the ${to.name} store\n`)
  }
  return stayed
}

/** Reports the unreadable items, which stay. Returns their number. */
async function sayUnreadable({ terminal, asker }: CliContext, from: Store): Promise<number> {
  const problems = (await from.problems?.(asker)) ?? []
  for (const { message } of problems) terminal.say(printable(`stays: ${message}`).concat('\n'))
  return problems.length
}

/** Failures that concern one item only. The next one is tried. */
const stays: readonly FailureCode[] = ['unsupported', 'too-large', 'refused', 'malformed', 'ambiguous']

async function sayWhatIsInUse({ terminal, machine, engine }: CliContext, to: string, moved: number): Promise<void> {
  if (moved === 0 || inUse(await engine.settings(), machine).names.includes(to)) return
  terminal.say(hint`note: the ${to} store is not in use yet; to use it: credbridge use ${to}\n`)
}

async function which(
  context: CliContext,
  word: string | undefined,
  options: MoveOptions,
): Promise<(entry: Entry) => boolean> {
  if (options.all === true && word === undefined) return () => true
  if (options.all === true || word === undefined) {
    throw new Failure('malformed', 'name an endpoint, or --all', { hints: [hint`credbridge list`] })
  }
  const { endpoint } = await placeFrom(context, word, undefined, options)
  return (entry) => sameEndpoint(entry.endpoint, endpoint)
}

/** Oldest first, because a lookup may prefer the account that was saved last. */
/** Some stores know the second only. */
function byTime(a: Entry, b: Entry): number {
  return (a.savedAt ?? 0) - (b.savedAt ?? 0) || byName(a, b)
}

function shown({ endpoint, account, owner, kind }: Entry): string {
  return printable(`${shownAccount(account)} at ${endpoint.key} (${owner}, ${kind})`)
}
