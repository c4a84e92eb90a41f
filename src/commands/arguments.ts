import { type Command, Option } from 'commander'
import { type Entry, kinds } from '../core/credential.ts'
import { type Endpoint, parseAddress, serviceName, userIn } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { printable } from '../core/failure-text.ts'
import { endpointWords, hint } from '../core/hint.ts'
import type { Terminal } from '../core/terminal.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'

/*
 * Arguments that several commands share. Exit codes: 0 done, 1 nothing found, 2 a failure or a usage error, 130 Ctrl-C.
 */

export const nothingThere = 1
export const broken = 2
export const interrupted = 130

/** `--service` for commands that take an endpoint. */
export function withService(command: Command): Command {
  return command.option('--service', 'the endpoint is a plain service name, as Python programs use them')
}

export function kindOption(): Option {
  return new Option('--kind <kind>', 'what the secret is').choices([...kinds]).default('basic')
}

/**
 * The endpoint that a person typed. A word without a scheme could be a host or a service name. A wrong guess would
 * never be found, so the word is refused with both forms as hints.
 */
export function endpointFrom(text: string, options: { service?: boolean }): Endpoint {
  if (options.service === true) return serviceName(text)
  if (text.includes('://')) return parseAddress(text)
  throw new Failure('malformed', 'an endpoint begins with its scheme', {
    hints: [
      hint`for the server: ${`https://${text}`}`,
      hint`for a program's own service name: ${endpointWords(serviceName(text))}`,
    ],
  })
}

/** The account that a person means: the word for it, else what the address names, as `user@` or `#account`. */
export function accountFrom(
  text: string,
  account: string | undefined,
  options: { service?: boolean },
): string | undefined {
  if (options.service === true) return account
  const [, behind] = splitAccount(text)
  if (account !== undefined && behind !== undefined && account !== behind) {
    throw new Failure('malformed', 'two accounts are named: one after #, the other after the address')
  }
  return account ?? behind ?? userIn(text)
}

/** `https://host/path#account`; an account with odd characters is percent-encoded. */
export function splitAccount(text: string): readonly [url: string, account: string | undefined] {
  const hash = text.indexOf('#')
  if (hash < 0) return [text, undefined]
  try {
    return [text.slice(0, hash), decodeURIComponent(text.slice(hash + 1))]
  } catch {
    throw new Failure('malformed', 'the account after # is not valid percent-encoding')
  }
}

/** The accounts of the entries, sorted, each once. */
export function accountsOf(entries: readonly Entry[]): readonly string[] {
  return [...new Set(entries.map(({ account }) => account))].sort()
}

/** An account as shown to a person. The empty one becomes visible. */
export function shownAccount(account: string): string {
  return account === '' ? '(no user name)' : account
}

/** Prints one line for the person. Control characters are replaced. */
export function sayLine({ say }: Pick<Terminal, 'say'>, text: string): void {
  say(`${printable(text)}\n`)
}

/** How many hours an erased, replaced or removed credential can be restored. */
export async function recoverHours({ engine }: Pick<CliContext, 'engine'>): Promise<number> {
  return (await engine.settings()).recoverHours
}

/** An entry as `--json` prints it. */
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
