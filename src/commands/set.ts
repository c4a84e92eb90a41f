import type { Command } from 'commander'
import { type Kind, person } from '../core/credential.ts'
import { Failure } from '../core/failure.ts'
import type { Desk } from '../edge/desk.ts'
import { endpointFrom, kindOption, withService } from './words.ts'

export function setCommand(program: Command, desk: Desk): void {
  withService(program.command('set <endpoint> [account]'))
    .description('keep a secret, typed on the terminal or read from standard input')
    .addOption(kindOption())
    .action(async (endpoint: string, account: string | undefined, options) =>
      desk.ends(await set(desk, endpoint, account, options)),
    )
}

async function set(
  { terminal, open }: Desk,
  word: string,
  account: string | undefined,
  options: { service?: boolean; kind: Kind },
): Promise<number> {
  const endpoint = endpointFrom(word, options)
  const named = account ?? (terminal.inIsTerminal && options.kind === 'basic' ? await terminal.ask('User name') : '')
  const secret = terminal.inIsTerminal
    ? await terminal.askSecret(`Secret for ${endpoint.key}`)
    : await terminal.readSecret()
  if (secret.expose() === '' && terminal.inIsTerminal)
    throw new Failure('refused', 'nothing was typed, nothing was kept')
  const { broker } = await open()
  const result = await broker.save({ endpoint, account: named, owner: person, kind: options.kind, secret })
  terminal.say(result === 'unchanged' ? 'unchanged\n' : `kept for ${endpoint.key}\n`)
  return 0
}
