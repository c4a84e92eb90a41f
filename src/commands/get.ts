import type { Command } from 'commander'
import { kinds, person } from '../core/credential.ts'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { safeJson } from '../core/safe-json.ts'
import { Secret } from '../core/secret.ts'
import { printSecretText } from '../core/secret-text.ts'
import { typedSpan } from '../core/time-words.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { nothingAt, withService } from './arguments.ts'
import { atPlace, kept } from './pick.ts'
import type { NamedPlace } from './place.ts'

export function getCommand(program: Command, context: CliContext): void {
  withService(program.command('get [endpoint] [account]'))
    .description('print a secret, to a pipe or with --show to the terminal')
    .option('--show', 'print the secret even on a terminal')
    .option('-c, --copy', 'put the secret on the clipboard, and take it back after a while')
    .option('--for <time>', 'with --copy: how long, as 20s or 2m', '45s')
    .option('--json', 'print account, kind, secret and what belongs to it as JSON')
    .action(async (word: string | undefined, account: string | undefined, options: GetOptions) => {
      // Nobody should pick one in vain.
      const picks = word === undefined && context.terminal.inIsTerminal
      if (picks && isShown(context, options) && (await kept(context)).length > 0) throw wouldBeShown()
      context.end(await atPlace(context, [word, account], options, (place) => get(context, place, options)))
    })
}

const longest = 600_000

interface GetOptions {
  readonly show?: boolean
  readonly copy?: boolean
  readonly for: string
  readonly json?: boolean
  readonly service?: boolean
}

async function get(context: CliContext, { endpoint, account }: NamedPlace, options: GetOptions): Promise<number> {
  const broker = await context.broker()
  const copies = options.copy === true
  const time = typedSpan(options.for) ?? 0
  if (time < 1000 || time > longest) throw new Failure('malformed', '--for takes a time such as 20s or 2m, at most 10m')
  if (copies && options.json === true) throw new Failure('malformed', 'use either --copy or --json, not both')
  if (isShown(context, options)) {
    const entries = await (await broker.personActions()).reachable(endpoint, account)
    if (entries.length > 0) throw wouldBeShown()
  }
  const lookup = { tool: person, kinds, endpoints: [endpoint], ...(account === undefined ? {} : { account }) }
  const answer = await broker.find(lookup)
  if (answer === undefined) return nothingAt(context.terminal, endpoint, account)
  const { credential } = answer
  if (copies) {
    const { copyForAWhile } = await import('./take-back.ts')
    return copyForAWhile(context, new Secret(printSecretText(credential)), time)
  }
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
    token: answer.token,
    scheme,
    expires,
    secret: credential.secret.expose(),
    refreshToken: refreshToken?.expose(),
    parts: parts && Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.expose()])),
  }
  context.terminal.out(`${safeJson(all)}\n`)
  return 0
}

/** Whether the secret would be on the terminal, unasked. */
function isShown({ terminal }: CliContext, { show, copy }: GetOptions): boolean {
  return terminal.outIsTerminal && show !== true && copy !== true
}

function wouldBeShown(): Failure {
  return new Failure('refused', 'the secret would be shown on the terminal', {
    hints: [hint`add --show or --copy, or use a pipe`],
  })
}
