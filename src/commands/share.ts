import { type Command, Option } from 'commander'
import type { Endpoint } from '../core/endpoint.ts'
import { sameEndpoint } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { endpointWords, hint, placeWords } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { storeTypes } from '../stores/index.ts'
import { tools } from '../tools/index.ts'
import type { Tool } from '../tools/tool.ts'
import { accountsOf, nothingThere, sayLine, shownAccount } from './arguments.ts'
import { storeContext } from './brought-commands.ts'
import { atPlace } from './pick.ts'
import type { NamedPlace } from './place.ts'

interface ShareOptions {
  readonly with?: string
  readonly undo?: boolean
  readonly yes?: boolean
  readonly [option: string]: unknown
}

type Lister = Tool & Required<Pick<Tool, 'lists'>>

export function shareCommand(program: Command, context: CliContext): void {
  const listers = tools.filter((tool): tool is Lister => tool.lists !== undefined)
  const command = program
    .command('share [endpoint] [account]')
    .description('share an account with a tool that otherwise sees only what it saved itself, or with a team')
    .addOption(new Option('--with <tool>', 'the tool').choices(listers.map(({ name }) => name)))
  const withPeople = storeTypes.flatMap(({ sharing }) => {
    if (sharing === undefined) return []
    const option = new Option(sharing.flags, sharing.description)
    command.addOption(option)
    return [{ sharing, name: option.attributeName() }]
  })
  command
    .option('--undo', 'stop sharing it')
    .option('-y, --yes', 'do not ask before it is given to a team, or taken from it')
    .action(async (word: string | undefined, account: string | undefined, options: ShareOptions) => {
      const { with: named, undo = false, yes = false } = options
      const chosen = withPeople.filter(({ name }) => options[name] !== undefined)
      const tool = listers.find(({ name }) => name === named)
      if (chosen.length + (tool === undefined ? 0 : 1) !== 1) throw withWhom(['--with', ...withPeople.map(optionOf)])
      const act = async (place: NamedPlace): Promise<number> => {
        const [people] = chosen
        if (people === undefined || tool !== undefined) return (undo ? unshare : share)(context, tool as Lister, place)
        const { sharing, name } = people
        return sharing.share(await storeContext(context), place, `${options[name]}`, { undo, yes })
      }
      context.end(await atPlace(context, [word, account], {}, act))
    })
}

const optionOf = ({ sharing }: { readonly sharing: { readonly flags: string } }) => sharing.flags.split(' ')[0] ?? ''

function withWhom(options: readonly string[]): Failure {
  return new Failure('malformed', `one of these is needed: ${options.join(', ')}`, {
    hints: [hint`credbridge share --help`],
  })
}

async function share(context: CliContext, tool: Lister, { endpoint, account }: NamedPlace): Promise<number> {
  const actions = await (await context.broker()).personActions()
  const entries = (await actions.reachable(endpoint, account)).filter((entry) => tool.lists({ ...entry, endpoint }))
  const [first, ...more] = accountsOf(entries)
  if (first === undefined) {
    throw new Failure('refused', `${endpoint.key} has nothing to share with ${tool.name}`, {
      hints: [hint`credbridge list ${endpointWords(endpoint)}`],
    })
  }
  if (more.length > 0) throw severalAccounts(endpoint, tool, [first, ...more])
  await actions.share(endpoint, first, tool.name)
  sayLine(context.terminal, `${shownAccount(first)} at ${endpoint.key} is now shared with ${tool.name}`)
  return 0
}

/** Stops sharing. The tool gets the account no longer, even if it would without a share, until the next share. */
async function unshare(context: CliContext, tool: Lister, { endpoint, account }: NamedPlace): Promise<number> {
  const { terminal, broker } = context
  const actions = await (await broker()).personActions()
  const entries = await actions.reachable(endpoint, account)
  const shared = (await (await broker()).list()).filter(
    ({ kind, owner, endpoint: at }) => kind === 'shared' && owner === tool.name && sameEndpoint(at, endpoint),
  )
  let changed = 0
  for (const one of account === undefined ? accountsOf([...entries, ...shared]) : [account]) {
    const ofAccount = entries.filter((entry) => entry.account === one)
    const endsUse = tool.onlyShared !== true && ofAccount.some((entry) => tool.lists({ ...entry, endpoint }))
    const place = `${shownAccount(one)} at ${endpoint.key}`
    if (ofAccount.some(({ owner }) => owner === tool.name))
      sayLine(terminal, `${place} was saved by ${tool.name} itself`)
    else if (await actions.unshare(endpoint, one, tool.name, endsUse)) {
      sayLine(terminal, `${tool.name} no longer gets ${place}`)
      changed++
    }
  }
  return changed === 0 ? nothingThere : 0
}

function severalAccounts(endpoint: Endpoint, { name }: Tool, accounts: readonly string[]): Failure {
  return new Failure('ambiguous', 'there are several accounts', {
    hints: accounts.map((account) => hint`credbridge share --with ${name} ${placeWords(endpoint, account)}`),
  })
}
