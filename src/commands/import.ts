import type { Command } from 'commander'
import { formatFailure, printable } from '../core/failure-text.ts'
import type { Terminal } from '../core/terminal.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { tools } from '../tools/index.ts'
import type { PlainSecrets, SetupOptions, Tool } from '../tools/tool.ts'
import { broken, nothingThere, onlyShown, secretsIn, withoutQuestion } from './arguments.ts'
import { importAll } from './import-all.ts'
import { openBatch } from './import-batch.ts'
import { fromHelper, importFromHelper } from './import-from.ts'
import { taken } from './import-journal.ts'
import { findIn, move } from './import-move.ts'
import { stillFound } from './import-readers.ts'
import { undoImport } from './import-undo.ts'
import { shownSecret } from './take-over.ts'

export function importCommand(program: Command, context: CliContext): void {
  const command = program
    .command('import')
    .description('move plain secrets out of the files of all tools, or of one, or copy what another helper keeps')
    .enablePositionalOptions()
    .argument('[tool]')
    .option('--only <tools>', 'only these tools, separated by commas')
    .option('-y, --yes', 'do not ask before moving, copying or writing back')
    .option('-n, --dry-run', 'show what would be moved or copied')
    .option('--replace', 'even if another secret is kept already')
    .option('--without-setup', 'even if no tool that asks credbridge would find it')
    .option('--undo', 'restore the files that the last import changed, and what setup took over')
  fromHelper(command).action(async (name: string | undefined, options) =>
    context.end(await (options.from === undefined ? importAll : importFromHelper)(context, name, options)),
  )
  for (const tool of tools) {
    const { plainSecrets } = tool
    if (plainSecrets === undefined) continue
    const sub = command.command(tool.name).description(tool.title)
    for (const { flags, says } of tool.importOptions ?? []) sub.option(flags, says)
    sub
      .option('-y, --yes', 'do not ask before moving or writing back')
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
  if (options.undo === true) {
    const entries = taken(machine).filter((one) => one.tool === tool.name)
    return undoImport(context, entries, options)
  }
  const finding = await findIn(context, tool, source, options)
  const { secrets: all, remarks, broken: unreadable = [] } = finding
  for (const secret of all) terminal.say(`${shownSecret(secret)}\n`)
  for (const remark of remarks) terminal.say(`note: ${printable(remark)}\n`)
  for (const failure of unreadable) terminal.say(formatFailure(failure))
  const ended = (exitCode: number) => (unreadable.length > 0 ? broken : exitCode)
  if (all.length === 0) terminal.say('there are no plain secrets\n')
  if (all.length === 0) return ended(nothingThere)
  const stay = options.keep === true || options.withoutSetup === true
  const secrets = stay ? all : await stillFound(context, all)
  if (options.dryRun === true) return ended(0)
  if (options.keep !== true) taken(machine) // Fails on a damaged journal before anything is moved.
  if (options.yes !== true && !(await agrees(terminal, secrets.length, options.keep === true))) {
    terminal.say('nothing was changed\n')
    return nothingThere
  }
  const batch = options.keep === true ? undefined : await openBatch(context)
  const replaces = () => options.replace === true
  const { kept, stayed, failure } = await move(context, finding, secrets, batch, { replaces })
  await batch?.finish()
  if (failure !== undefined) throw failure
  terminal.say(`${kept.length - stayed.length} ${options.keep === true ? 'copied' : 'moved'}\n`)
  return ended(kept.length === 0 ? nothingThere : 0)
}

function agrees({ confirm }: Terminal, count: number, isCopy: boolean): Promise<boolean> {
  const question = `${isCopy ? 'Copy' : 'Move'} ${secretsIn(count)} into credbridge?`
  return confirm(question, withoutQuestion, onlyShown)
}
