import { Argument, type Command, Option } from 'commander'
import type { BroughtCommand } from '../core/brought-command.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { interruption } from '../edge/terminal/interruption.ts'
import { settingsFile } from '../engine/read-settings.ts'
import { storeTypes } from '../stores/index.ts'
import { inUse, openStore, storeNamed } from '../stores/open.ts'
import type { StoreCommandContext } from '../stores/store-type.ts'
import { keychainName } from '../stores/unsettled.ts'
import { tools } from '../tools/index.ts'
import type { ToolCommandContext } from '../tools/tool.ts'
import { type HelpGroup, withExamples, withHelp } from './command-help.ts'
import { placeFrom } from './place.ts'

/** Adds the commands that tools and stores bring, each under its path. */
export async function broughtCommands(program: Command, context: CliContext): Promise<void> {
  for (const { personCommands = [] } of tools) {
    for (const one of personCommands) add(program, one, toolPlace, context, async () => toolContext(context))
  }
  for (const { commands, commandGroups = {} } of storeTypes) {
    for (const one of (await commands?.()) ?? []) {
      add(program, one, { group: 'Stores', above: commandGroups }, context, () => storeContext(context))
    }
  }
}

/** Where a command stands in the help, and what the words that several commands share mean. */
interface HelpPlace {
  readonly group: HelpGroup
  readonly above: Readonly<Record<string, string>>
}

const toolPlace: HelpPlace = { group: 'Wire tools', above: {} }

function add<Context>(
  program: Command,
  one: BroughtCommand<Context>,
  { group, above: meanings }: HelpPlace,
  { end }: CliContext,
  contextOf: () => Promise<Context>,
): void {
  const words = [...one.path]
  const name = words.pop() ?? ''
  const parent = words.reduce(
    (above, word) => shared(above, word, meanings[word] ?? '').helpGroup(`${group}:`),
    program,
  )
  const command = parent.command(name).description(one.description)
  if (parent === program) withHelp(command, group, one.examples)
  else withExamples(command, one.examples)
  if (one.argument !== undefined) {
    const argument = new Argument(one.argument.name)
    command.addArgument(one.argument.choices === undefined ? argument : argument.choices(one.argument.choices))
  }
  for (const { flags, description, usual, words } of one.options ?? []) {
    const option = new Option(flags, description).default(usual)
    if (words !== undefined) option.argChoices = [...words]
    command.addOption(option)
  }
  if (one.passThroughOptions === true) command.passThroughOptions()
  command.action(async (...given: unknown[]) => {
    const argument = one.argument === undefined ? undefined : given[0]
    const options = given.at(-2) as Readonly<Record<string, unknown>>
    end(await one.run(await contextOf(), argument, options))
  })
}

function shared(above: Command, name: string, description: string): Command {
  return above.commands.find((one) => one.name() === name) ?? above.command(name).description(description)
}

function toolContext(context: CliContext): ToolCommandContext {
  const { terminal, broker } = context
  return {
    terminal,
    broker,
    placeIn: (word) => placeFrom(context, word, undefined, {}),
  }
}

/** What a store's own command works with. */
export async function storeContext(context: CliContext): Promise<StoreCommandContext> {
  const { terminal, machine, engine, broker, asker } = context
  const settings = await engine.settings()
  return {
    terminal,
    machine,
    settings,
    inUse: inUse(settings, machine).names,
    settingsFile: settingsFile(machine.folders),
    keychain: keychainName(machine.platform),
    isRemote: (name) => storeNamed(name).type.remote === true,
    openStore: (name) => openStore(name, settings, machine),
    storeForSaves: () => engine.storeForSaves(asker),
    broker,
    placeIn: (word) => placeFrom(context, word, undefined, {}),
    interruption,
    async runWithSecretFile(...call) {
      return (await import('../edge/launch/run-with-key.ts')).runWithSecretFile(...call)
    },
  }
}
