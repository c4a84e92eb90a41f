import type { Command } from 'commander'
import { kinds, person } from '../core/credential.ts'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { safeJson } from '../core/safe-json.ts'
import { printSecretText } from '../core/secret-text.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { nothingAt, withService } from './arguments.ts'
import { type NamedPlace, placeFrom } from './place.ts'

export function getCommand(program: Command, context: CliContext): void {
  withService(program.command('get <endpoint> [account]'))
    .description('print a secret, to a pipe or with --show to the terminal')
    .option('--show', 'print the secret even on a terminal')
    .option('--json', 'print account, kind, secret and what belongs to it as JSON')
    .action(async (word: string, account: string | undefined, options) =>
      context.end(await get(context, await placeFrom(context, word, account, options), options)),
    )
}

interface GetOptions {
  readonly show?: boolean
  readonly json?: boolean
  readonly service?: boolean
}

async function get(context: CliContext, { endpoint, account }: NamedPlace, options: GetOptions): Promise<number> {
  const broker = await context.broker()
  if (context.terminal.outIsTerminal && options.show !== true) {
    const entries = await (await broker.personActions()).reachable(endpoint, account)
    if (entries.length > 0) throw wouldBeShown()
  }
  const lookup = { tool: person, kinds, endpoints: [endpoint], ...(account === undefined ? {} : { account }) }
  const answer = await broker.find(lookup)
  if (answer === undefined) return nothingAt(context.terminal, endpoint, account)
  const { credential } = answer
  if (options.json !== true) {
    context.terminal.out(`${printSecretText(credential)}\n`)
    return 0
  }
  const { kind, owner, scheme, expires, refreshToken, parts } = credential
  const all = {
    account: credential.account,
    owner,
    kind,
    minted: answer.minted,
    scheme,
    expires,
    secret: credential.secret.expose(),
    refreshToken: refreshToken?.expose(),
    parts: parts && Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.expose()])),
  }
  context.terminal.out(`${safeJson(all)}\n`)
  return 0
}

function wouldBeShown(): Failure {
  return new Failure('refused', 'the secret would be shown on the terminal', {
    hints: [hint`add --show, or use a pipe`],
  })
}
