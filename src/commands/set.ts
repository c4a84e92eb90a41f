import type { Command } from 'commander'
import { type Entry, type Kind, person } from '../core/credential.ts'
import { sameEndpoint } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { printable } from '../core/failure-text.ts'
import { endpointWords, shellWord } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { tools } from '../tools/index.ts'
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
  context: CliContext,
  word: string,
  account: string | undefined,
  options: { service?: boolean; kind: Kind; scheme?: string },
): Promise<number> {
  const { terminal, broker } = context
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
  if (terminal.inIsTerminal) await sayWhoSeesOnlyListed(context, { endpoint, account: named, owner: person, kind })
  return 0
}

/** Some programs find only what is listed, and that is what their own tool saved or a person shares. */
async function sayWhoSeesOnlyListed({ terminal, machine, broker }: CliContext, entry: Entry): Promise<void> {
  const { endpoint, account } = entry
  const at = (other: Entry) => sameEndpoint(other.endpoint, endpoint) && other.account === account
  for (const { name, seeOnlyListed } of tools) {
    const programs = seeOnlyListed?.(entry, machine) ?? []
    if (programs.length === 0) continue
    if ((await (await broker()).list()).some((other) => at(other) && other.owner === name)) continue
    const share = `credbridge share ${endpointWords(endpoint)} ${shellWord(account)} --with ${name}`
    terminal.say(`note: ${programs.join(' and ')} will not find it unless it is listed: ${printable(share)}\n`)
  }
}

/** RFC 9110, 11.1: a scheme is a token. */
function refuseOddScheme(kind: Kind, scheme: string | undefined): void {
  if (scheme === undefined) return
  if (kind !== 'header' && kind !== 'bearer') {
    throw new Failure('malformed', 'a scheme goes with --kind header or --kind bearer')
  }
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(scheme)) throw new Failure('malformed', 'a scheme is one word')
}
