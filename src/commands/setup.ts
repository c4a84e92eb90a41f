import type { Command } from 'commander'
import { printable } from '../core/failure-text.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { settleNow } from '../stores/choose.ts'
import type { Machine } from '../system/machine.ts'
import { tools } from '../tools/index.ts'
import { linkingByName, unlinkingByName } from '../tools/path-link.ts'
import type { Change, Setup, SetupOptions, Tool } from '../tools/tool.ts'
import { isSetUp } from './is-set-up.ts'

export function setupCommand(program: Command, context: CliContext): void {
  const setup = program.command('setup').description('tell a tool to ask credbridge, and prove that it does')
  for (const tool of tools) {
    const { setup: load } = tool
    if (load === undefined) continue
    const command = setup.command(tool.name).description(tool.title)
    for (const { flags, says } of tool.setupOptions ?? []) command.option(flags, says)
    command
      .option('--undo', 'remove what setup added, and nothing else')
      .option('-n, --dry-run', 'show what would be changed')
      .option('--no-prove', 'do not sign in with a throw-away credential afterwards')
      .action(async (options) => context.end(await wire(context, tool, await load(), options)))
  }
}

type Options = SetupOptions & { undo?: boolean; dryRun?: boolean; prove?: boolean }

async function wire(context: CliContext, tool: Tool, setup: Setup, options: Options): Promise<number> {
  const { terminal, machine, engine, asker } = context
  const undo = options.undo === true
  const make = async (changes: readonly Change[]) => {
    for (const change of changes) {
      terminal.say(`${options.dryRun === true ? 'would do: ' : ''}${printable(change.says)}\n`)
      if (options.dryRun !== true) await change.apply()
    }
  }
  if (!undo && options.dryRun !== true) {
    await settleNow(await engine.settings(), machine, asker)
  }
  // First, because what is planned next names the commands that PATH leads to.
  if (!undo) await make(machine.direct(tool.commands))
  const plan = undo ? await setup.undo(machine, options) : await setup.plan(machine, options)
  for (const remark of plan.remarks) terminal.say(`note: ${printable(remark)}\n`)
  if (!undo && options.dryRun !== true) machine.wrappers.write(tool.commands, tool.shims)
  if (!undo && tool.byName === true) await make(linkingByName(machine, tool.commands))
  await make(plan.changes)
  if (undo) await putAway(context, tool, make, options.dryRun === true)
  if (plan.changes.length === 0) terminal.say(`${tool.name}: nothing to change\n`)
  if (undo || options.dryRun === true || options.prove === false || setup.prove === undefined) return 0
  terminal.say(`${printable(await setup.prove(machine))}\n`)
  return 0
}

/** Takes away what leads to commands that nothing calls any longer. */
async function putAway(
  { machine }: CliContext,
  tool: Tool,
  make: (changes: readonly Change[]) => Promise<void>,
  dryRun: boolean,
): Promise<void> {
  const unused = await noLongerCalled(machine, tool)
  await make(unlinkingByName(machine, unused))
  if (!dryRun) machine.wrappers.remove(unused)
}

/** The commands of a tool that no other tool which is set up calls. */
async function noLongerCalled(machine: Machine, tool: Tool): Promise<readonly string[]> {
  const others = tools.filter((other) => other !== tool && other.commands.some((one) => tool.commands.includes(one)))
  const called = new Set<string>()
  for (const other of others) if (await isSetUp(machine, other)) for (const one of other.commands) called.add(one)
  return tool.commands.filter((one) => !called.has(one))
}
