import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Command } from 'commander'
import { type Credential, isCredential, person, sameProof, sameValue } from '../core/credential.ts'
import { parseEndpoint, serviceName } from '../core/endpoint.ts'
import { Failure, isFailure } from '../core/failure.ts'
import { printable } from '../core/failure-text.ts'
import { shellWord } from '../core/hint.ts'
import type { Saving } from '../core/saving.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { tools } from '../tools/index.ts'
import type { PlainSecret, PlainSecrets, SetupOptions, Tool } from '../tools/tool.ts'
import { broken, nothingThere, shownAccount } from './arguments.ts'
import { fromNeighbours } from './import-from.ts'

export function importCommand(program: Command, context: CliContext): void {
  const command = program
    .command('import')
    .description('move plain secrets out of files that tools left, or take over what another helper keeps')
  fromNeighbours(command, context)
  for (const tool of tools) {
    const { plainSecrets } = tool
    if (plainSecrets === undefined) continue
    const sub = command.command(tool.name).description(tool.title)
    for (const { flags, says } of tool.importOptions ?? []) sub.option(flags, says)
    sub
      .option('-y, --yes', 'do not ask before moving')
      .option('-n, --dry-run', 'show what would be moved')
      .option('--keep', 'copy only, leave the files as they are')
      .option('--replace', 'also where another secret is kept already')
      .option('--undo', 'write back what was taken out of files')
      .action(async (options) => context.end(await bring(context, tool, await plainSecrets(), options)))
  }
}

type Options = SetupOptions & { yes?: boolean; dryRun?: boolean; keep?: boolean; replace?: boolean; undo?: boolean }

/** Preview, save, read back, and only then take out of the file: whatever stops this, nothing is lost. */
async function bring(context: CliContext, tool: Tool, source: PlainSecrets, options: Options): Promise<number> {
  const { terminal, machine } = context
  if (options.undo === true) return putBack(context, tool, source, options)
  const { secrets, remarks } = await source.find(machine, options)
  for (const { where, credential } of secrets) {
    terminal.say(`${printable(`${where}: ${shownAccount(credential.account)} at ${credential.endpoint.key}`)}\n`)
  }
  for (const remark of remarks) terminal.say(`note: ${printable(remark)}\n`)
  if (secrets.length === 0) terminal.say('there are no plain secrets\n')
  if (secrets.length === 0) return nothingThere
  if (options.dryRun === true) return 0
  if (options.keep !== true) taken(context) // A damaged journal ends it before anything is moved.
  if (options.yes !== true && !(await terminal.confirm(`Move ${secrets.length} of them?`))) return nothingThere
  let count = 0
  for (const secret of secrets) if (await moveOne(context, tool, secret, options)) count++
  terminal.say(`${count} ${options.keep === true ? 'copied' : 'moved'}\n`)
  return count === 0 ? nothingThere : 0
}

async function moveOne(
  context: CliContext,
  tool: Tool,
  { where, credential, saving, takeOut, trace }: PlainSecret,
  { keep, replace }: Options,
): Promise<boolean> {
  const broker = await context.broker()
  const { endpoint, account, kind } = credential
  if (replace !== true && (await hasAnother(context, credential, saving))) {
    context.terminal.say(`${printable(`${where}: left, another secret is kept already; --replace takes this one`)}\n`)
    return false
  }
  await broker.save(credential, { ...saving, asOwn: true })
  const kept = await broker.find({ tool: credential.owner, kinds: [kind], endpoints: [endpoint], account })
  if (kept === undefined || !sameValue(kept.credential, credential)) {
    throw new Failure('internal', `${endpoint.key} was not kept; its file is untouched`, {
      hints: ['credbridge doctor'],
    })
  }
  if (keep === true) return true
  if (trace !== undefined) remember(context, tool, credential, trace)
  await takeOut()
  return true
}

/** What is in a file may be older than what the tool or a person has saved since: that must not be lost, nor hidden. */
async function hasAnother(
  { engine, asker }: CliContext,
  credential: Credential,
  saving: Saving = {},
): Promise<boolean> {
  const [store] = await engine.stores()
  const { endpoint, account, owner } = credential
  const items = await store.find(asker, [endpoint], saving.oneAccount === true ? undefined : account)
  const own = items.filter(isCredential).filter((item) => item.owner === owner)
  const persons = items.filter(isCredential).filter((item) => item.owner === person && item.account === account)
  return (
    own.some((item) => item.account !== account || !sameValue(item, credential)) ||
    persons.some((item) => !sameProof(item, credential))
  )
}

/** What was taken out of which file: places and accounts, no secrets. */
interface Taken {
  readonly tool: string
  readonly endpoint: string
  readonly service: boolean
  readonly account: string
  readonly owner: string
  readonly trace: Readonly<Record<string, string>>
}

function journalOf({ machine }: CliContext): string {
  return join(machine.places.state, 'imported.json')
}

function taken(context: CliContext): readonly Taken[] {
  const file = journalOf(context)
  const text = context.machine.files.read(file)
  const journal = text === undefined ? [] : parsed(text)
  if (Array.isArray(journal) && journal.every(isTaken)) return journal
  throw new Failure('malformed', `${file}, which says what import took out of files, cannot be read`, {
    hints: [`put it aside: mv ${shellWord(file)} ${shellWord(`${file}.damaged`)}`],
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isTaken(value: unknown): value is Taken {
  if (typeof value !== 'object' || value === null) return false
  const { tool, endpoint, service, account, owner, trace } = value as { readonly [name: string]: unknown }
  return (
    [tool, endpoint, account, owner].every((text) => typeof text === 'string') &&
    typeof service === 'boolean' &&
    typeof trace === 'object' &&
    trace !== null
  )
}

function remember(
  context: CliContext,
  tool: Tool,
  { endpoint, account, owner }: Credential,
  trace: Taken['trace'],
): void {
  const entry: Taken = {
    tool: tool.name,
    endpoint: endpoint.key,
    service: endpoint.form === 'service',
    account,
    owner,
    trace,
  }
  context.machine.files.write(journalOf(context), `${JSON.stringify([...taken(context), entry], undefined, 2)}\n`)
}

/** Each entry leaves the journal once it is written back or is kept no more; what cannot be written now stays there. */
async function putBack(context: CliContext, tool: Tool, source: PlainSecrets, { dryRun }: Options): Promise<number> {
  const { terminal, machine } = context
  let [written, left] = [0, 0]
  for (const entry of taken(context).filter((one) => one.tool === tool.name)) {
    const item = await kept(context, entry)
    const shown = printable(`${shownAccount(entry.account)} at ${entry.endpoint}`)
    if (item === undefined) terminal.say(`${shown}: no longer kept, left out\n`)
    else if (dryRun === true) terminal.say(`${shown}: would be written back\n`)
    if (item !== undefined) written++
    if (dryRun === true) continue
    try {
      if (item !== undefined) await source.putBack?.(machine, entry.trace, item)
    } catch (error) {
      if (!isFailure(error) || error.code !== 'refused') throw error
      terminal.say(`${shown}: left, ${printable(error.message)}\n`)
      written--
      left++
      continue
    }
    forget(context, entry)
  }
  if (dryRun !== true) terminal.say(`${written} written back\n`)
  return left > 0 ? broken : written === 0 ? nothingThere : 0
}

async function kept(
  context: CliContext,
  { endpoint, service, account, owner }: Taken,
): Promise<Credential | undefined> {
  const [store] = await context.engine.stores()
  const items = await store.find(context.asker, [service ? serviceName(endpoint) : parseEndpoint(endpoint)], account)
  return items.filter(isCredential).find((item) => item.owner === owner)
}

function forget(context: CliContext, entry: Taken): void {
  const rest = taken(context).filter((one) => !isDeepStrictEqual(one, entry))
  context.machine.files.write(journalOf(context), `${JSON.stringify(rest, undefined, 2)}\n`)
}
