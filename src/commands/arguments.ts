import { type Command, Option } from 'commander'
import { type Entry, kinds } from '../core/credential.ts'
import { type Endpoint, parseAddress, serviceName, userIn } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { printable } from '../core/failure-text.ts'
import { endpointWords, shellWord } from '../core/hint.ts'
import type { Terminal } from '../core/terminal.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'

/*
 * The words that several commands share. Exit codes: 0 done, 1 nothing there, 2 broken or not understood.
 */

export const nothingThere = 1
export const broken = 2

/** `--service` for commands that take an endpoint. */
export function withService(command: Command): Command {
  return command.option('--service', 'the endpoint is a plain service name, as Python programs use them')
}

export function kindOption(): Option {
  return new Option('--kind <kind>', 'what the secret is').choices([...kinds]).default('basic')
}

/**
 * The endpoint that a person means. A word without a scheme could be either form, and the wrong one would never be
 * found: so it has to be said.
 */
export function endpointFrom(text: string, options: { service?: boolean }): Endpoint {
  if (options.service === true) return serviceName(text)
  if (text.includes('://')) return parseAddress(text)
  throw new Failure('malformed', 'an endpoint begins with its scheme', {
    hints: [
      `for the server: ${shellWord(`https://${text}`)}`,
      `for a program's own service name: --service ${shellWord(text)}`,
    ],
  })
}

/** The account that a person means: the word for it, else the user that the address names. */
export function accountFrom(
  text: string,
  account: string | undefined,
  options: { service?: boolean },
): string | undefined {
  return account ?? (options.service === true ? undefined : userIn(text))
}

/** The accounts of some entries, each once. */
export function accountsOf(entries: readonly Entry[]): readonly string[] {
  return [...new Set(entries.map(({ account }) => account))].sort()
}

/** An account for a person's eyes: the empty one must be seen, too. */
export function shownAccount(account: string): string {
  return account === '' ? '(no user name)' : account
}

/** Tells the person one line; names in it cannot move the cursor. */
export function sayLine({ say }: Pick<Terminal, 'say'>, text: string): void {
  say(`${printable(text)}\n`)
}

/** For how long what was erased, replaced or removed can be restored. */
export async function recoverHours({ engine }: Pick<CliContext, 'engine'>): Promise<number> {
  return (await engine.settings()).recoverHours
}

/** An endpoint, and an account where one is known, as words of our commands. */
export function placeWords(endpoint: Endpoint, account?: string): string {
  return account === undefined ? endpointWords(endpoint) : `${endpointWords(endpoint)} ${shellWord(account)}`
}

/** An entry for scripts: what `--json` prints. */
export function jsonEntry({ endpoint, account, owner, kind, savedAt }: Entry): Record<string, unknown> {
  return {
    endpoint: endpoint.key,
    service: endpoint.form === 'service',
    account,
    owner,
    kind,
    ...(savedAt === undefined ? {} : { savedAt: new Date(savedAt).toISOString() }),
  }
}
