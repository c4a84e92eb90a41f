import { type Command, Option } from 'commander'
import { Failure } from '../core/failure.ts'
import { endpointWords, hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { tools } from '../tools/index.ts'
import type { Tool } from '../tools/tool.ts'
import { accountsOf, endpointFrom, nothingThere, shownAccount } from './arguments.ts'

interface Options {
  readonly with: string
  readonly undo?: boolean
}

type Lister = Tool & Required<Pick<Tool, 'lists'>>

export function shareCommand(program: Command, context: CliContext): void {
  const listers = tools.filter((tool): tool is Lister => tool.lists !== undefined)
  program
    .command('share <endpoint> [account]')
    .description('let a tool have what others saved, for tools that otherwise have only what they saved themselves')
    .addOption(new Option('--with <tool>', 'the tool').choices(listers.map(({ name }) => name)).makeOptionMandatory())
    .option('--undo', 'it is no longer shared')
    .action(async (endpoint: string, account: string | undefined, options: Options) => {
      const tool = listers.find(({ name }) => name === options.with)
      if (tool === undefined) throw new Failure('internal', 'no such tool')
      context.end(await (options.undo === true ? unshare : share)(context, tool, endpoint, account))
    })
}

async function share(context: CliContext, tool: Lister, word: string, account: string | undefined): Promise<number> {
  const endpoint = endpointFrom(word, {})
  const { keeping } = await context.broker()
  const entries = (await keeping.reachable(endpoint, account)).filter((entry) => tool.lists({ ...entry, endpoint }))
  const [first, ...more] = accountsOf(entries)
  if (first === undefined) {
    throw new Failure('refused', `${endpoint.key} has nothing that could be shared with ${tool.name}`, {
      hints: [`credbridge list ${endpointWords(endpoint)}`],
    })
  }
  if (more.length > 0) throw severalAccounts(word, tool, [first, ...more])
  await keeping.share(endpoint, first, tool.name)
  context.terminal.say(`${shownAccount(first)} at ${endpoint.key} is now shared with ${tool.name}\n`)
  return 0
}

async function unshare(context: CliContext, tool: Lister, word: string, account: string | undefined): Promise<number> {
  const endpoint = endpointFrom(word, {})
  const { keeping } = await context.broker()
  const was = await keeping.unshare(endpoint, account, tool.name)
  if (was) context.terminal.say(`what others saved for ${endpoint.key} is no longer shared with ${tool.name}\n`)
  return was ? 0 : nothingThere
}

function severalAccounts(word: string, { name }: Tool, accounts: readonly string[]): Failure {
  return new Failure('ambiguous', 'there are several accounts', {
    hints: accounts.map((account) => hint`credbridge share ${word} ${account} --with ${name}`),
  })
}
