import type { Command } from 'commander'
import { type Kind, person } from '../core/credential.ts'
import { Failure } from '../core/failure.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { accountFrom, endpointFrom, kindOption, withService } from './arguments.ts'

export function setCommand(program: Command, context: CliContext): void {
  withService(program.command('set <endpoint> [account]'))
    .description('keep a secret, typed on the terminal or read from standard input')
    .addOption(kindOption())
    .option('--scheme <word>', 'the word before it in an Authorization header, for --kind header or bearer')
    .action(async (endpoint: string, account: string | undefined, options) =>
      context.end(await set(context, endpoint, accountFrom(endpoint, account, options), options)),
    )
}

async function set(
  { terminal, broker }: CliContext,
  word: string,
  account: string | undefined,
  options: { service?: boolean; kind: Kind; scheme?: string },
): Promise<number> {
  const endpoint = endpointFrom(word, options)
  const { kind, scheme } = options
  refuseOddScheme(kind, scheme)
  const named = account ?? (terminal.inIsTerminal && kind === 'basic' ? await terminal.ask('User name') : '')
  const secret = terminal.inIsTerminal
    ? await terminal.askSecret(`Secret for ${endpoint.key}`)
    : await terminal.readSecret()
  if (secret.expose() === '' && terminal.inIsTerminal)
    throw new Failure('refused', 'nothing was typed, nothing was kept')
  const result = await (await broker()).save({
    endpoint,
    account: named,
    owner: person,
    kind,
    secret,
    ...(scheme === undefined ? {} : { scheme }),
  })
  terminal.say(result === 'unchanged' ? 'unchanged\n' : `kept for ${endpoint.key}\n`)
  return 0
}

/** RFC 9110, 11.1: a scheme is a token. */
function refuseOddScheme(kind: Kind, scheme: string | undefined): void {
  if (scheme === undefined) return
  if (kind !== 'header' && kind !== 'bearer') {
    throw new Failure('malformed', 'a scheme goes with --kind header or --kind bearer')
  }
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(scheme)) throw new Failure('malformed', 'a scheme is one word')
}
