import { Argument, type Command } from 'commander'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { interruption } from '../edge/terminal/interruption.ts'
import { inUse } from '../stores/choose.ts'
import { storeTypes } from '../stores/index.ts'
import type { StoreCommand, StoreCommandContext } from '../stores/store-type.ts'

/** The commands that stores bring along, each under the words of its path. */
export async function storeCommands(program: Command, context: CliContext): Promise<void> {
  for (const { commands, commandGroups } of storeTypes) {
    for (const one of (await commands?.()) ?? []) {
      const words = [...one.path]
      const name = words.pop() ?? ''
      const parent = words.reduce((above, word) => group(above, word, commandGroups?.[word] ?? ''), program)
      addCommand(parent, name, one, context)
    }
  }
}

function group(above: Command, name: string, description: string): Command {
  return above.commands.find((one) => one.name() === name) ?? above.command(name).description(description)
}

function addCommand(parent: Command, name: string, one: StoreCommand, context: CliContext): void {
  const command = parent.command(name).description(one.description)
  if (one.argument !== undefined) {
    const argument = new Argument(one.argument.name)
    command.addArgument(one.argument.choices === undefined ? argument : argument.choices(one.argument.choices))
  }
  for (const { flags, description, usual } of one.options ?? []) command.option(flags, description, usual)
  if (one.passThroughOptions === true) command.passThroughOptions()
  command.action(async (...given: unknown[]) => {
    const argument = one.argument === undefined ? undefined : given[0]
    const options = given.at(-2) as Readonly<Record<string, unknown>>
    context.end(await one.run(await commandContext(context), argument, options))
  })
}

async function commandContext({ terminal, machine, engine }: CliContext): Promise<StoreCommandContext> {
  const settings = await engine.settings()
  return {
    terminal,
    machine,
    settings,
    inUse: inUse(settings, machine).names,
    interruption,
    async runWithSecretFile(...call) {
      return (await import('../edge/launch/run-with-key.ts')).runWithSecretFile(...call)
    },
  }
}
