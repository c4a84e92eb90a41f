import type { Command } from 'commander'
import { type Credential, isCredential } from '../core/credential.ts'
import { parseEndpoint, serviceName } from '../core/endpoint.ts'
import { type Failure, isFailure } from '../core/failure.ts'
import { printable } from '../core/failure-text.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { Machine } from '../system/machine.ts'
import { tools } from '../tools/index.ts'
import type { PlainSecret, PlainSecrets, SetupOptions, Tool } from '../tools/tool.ts'
import { broken, nothingThere, shownAccount } from './arguments.ts'
import { importFromHelpers } from './import-from.ts'
import { forgetTaken, type Taken, taken } from './import-journal.ts'
import { stillFound } from './import-readers.ts'
import { removingLeftovers } from './leftovers.ts'
import { keepSecret, shownSecret, takeOut } from './take-over.ts'

export function importCommand(program: Command, context: CliContext): void {
  const command = program
    .command('import')
    .description('move plain secrets out of files that tools left, or take over what another helper keeps')
  importFromHelpers(command, context)
  for (const tool of tools) {
    const { plainSecrets } = tool
    if (plainSecrets === undefined) continue
    const sub = command.command(tool.name).description(tool.title)
    for (const { flags, says } of tool.importOptions ?? []) sub.option(flags, says)
    sub
      .option('-y, --yes', 'do not ask before moving')
      .option('-n, --dry-run', 'show what would be moved')
      .option('--keep', 'copy only, leave the files as they are')
      .option('--replace', 'even if another secret is kept already')
      .option('--without-setup', 'even if no tool that asks credbridge would find it')
      .option('--undo', 'write the secrets back into the files that they were in')
      .action(async (options) => context.end(await bring(context, tool, await plainSecrets(), options)))
  }
}

type ImportOptions = SetupOptions & {
  yes?: boolean
  dryRun?: boolean
  keep?: boolean
  replace?: boolean
  withoutSetup?: boolean
  undo?: boolean
}

async function bring(context: CliContext, tool: Tool, source: PlainSecrets, options: ImportOptions): Promise<number> {
  const { terminal, machine } = context
  if (options.undo === true) return putBack(context, tool, source, options)
  const { secrets: all, remarks } = await source.find(removingLeftovers(machine), options)
  for (const secret of all) terminal.say(`${shownSecret(secret)}\n`)
  for (const remark of remarks) terminal.say(`note: ${printable(remark)}\n`)
  if (all.length === 0) terminal.say('there are no plain secrets\n')
  if (all.length === 0) return nothingThere
  const stay = options.keep === true || options.withoutSetup === true
  const secrets = stay ? all : await stillFound(context, all)
  if (options.dryRun === true) return 0
  if (options.keep !== true) taken(machine) // Fails on a damaged journal before anything is moved.
  if (options.yes !== true && !(await terminal.confirm(`Move ${secrets.length} of them?`))) return nothingThere
  const kept: PlainSecret[] = []
  let stopped: { readonly error: unknown } | undefined
  try {
    for (const secret of secrets) {
      if (await keepSecret(context, secret, options.replace === true)) kept.push(secret)
      else terminal.say(`${printable(secret.where)}: left, another secret is kept already; --replace takes this one\n`)
    }
  } catch (error) {
    stopped = { error }
  }
  if (options.keep !== true) {
    await takeOut(context, tool, source, kept).catch((error) => {
      stopped ??= { error }
    })
  }
  if (stopped !== undefined) throw stopped.error
  terminal.say(`${kept.length} ${options.keep === true ? 'copied' : 'moved'}\n`)
  return kept.length === 0 ? nothingThere : 0
}

/** Writes secrets back. An entry stays in the journal only if it could not be written now. */
async function putBack(
  context: CliContext,
  tool: Tool,
  source: PlainSecrets,
  { dryRun }: ImportOptions,
): Promise<number> {
  const { terminal, machine } = context
  const entries = taken(machine).filter((one) => one.tool === tool.name)
  const there = new Map<Taken, Credential>()
  for (const entry of entries) {
    const item = await kept(context, entry)
    if (item !== undefined) there.set(entry, item)
    if (item === undefined) terminal.say(`${shown(entry)}: no longer kept, left out\n`)
    else if (dryRun === true) terminal.say(`${shown(entry)}: would be written back\n`)
  }
  if (dryRun === true) return there.size === 0 ? nothingThere : 0
  const failures = await writeBack(machine, source, [...there])
  for (const [entry, { message }] of failures) terminal.say(`${shown(entry)}: left, ${printable(message)}\n`)
  forgetTaken(
    machine,
    entries.filter((entry) => !failures.has(entry)),
  )
  const written = there.size - failures.size
  terminal.say(`${written} written back\n`)
  return failures.size > 0 ? broken : written === 0 ? nothingThere : 0
}

/** Returns the refused entries with their failures. */
async function writeBack(
  machine: Machine,
  source: PlainSecrets,
  entries: readonly (readonly [Taken, Credential])[],
): Promise<ReadonlyMap<Taken, Failure>> {
  const failures = new Map<Taken, Failure>()
  if (source.putBackAll !== undefined) {
    const all = await source.putBackAll(
      machine,
      entries.map(([{ trace }, credential]) => ({ trace, credential })),
    )
    for (const [at, failure] of all.entries()) {
      const [entry] = entries[at] ?? []
      if (entry !== undefined && failure !== undefined) failures.set(entry, failure)
    }
    return failures
  }
  for (const [entry, credential] of entries) {
    try {
      await source.putBack?.(machine, entry.trace, credential)
      forgetTaken(machine, [entry])
    } catch (error) {
      if (!isFailure(error) || error.code !== 'refused') throw error
      failures.set(entry, error)
    }
  }
  return failures
}

async function kept({ engine, asker }: CliContext, { endpoint, service, account, owner }: Taken) {
  const [store] = await engine.stores()
  const items = await store.find(asker, [service ? serviceName(endpoint) : parseEndpoint(endpoint)], account)
  return items.filter(isCredential).find((item) => item.owner === owner)
}

function shown({ account, endpoint }: Taken): string {
  return printable(`${shownAccount(account)} at ${endpoint}`)
}
