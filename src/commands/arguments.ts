import { type Command, Option } from 'commander'
import { type Entry, kinds, type Place } from '../core/credential.ts'
import type { Endpoint } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { printable } from '../core/failure-text.ts'
import { type Hint, hint } from '../core/hint.ts'
import type { Terminal } from '../core/terminal.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { sentence } from './wrapped.ts'

/*
 * Arguments that several commands share. Exit codes: 0 done, 1 nothing found or declined, 2 a failure or a usage error, 130 Ctrl-C.
 */

export const nothingThere = 1
export const broken = 2
/** As a shell reports SIGINT. */
export const interrupted = 130

/** What else a person can do who cannot be asked. */
export const withoutQuestion: Hint = hint`to go on without a question, add --yes`
export const onlyShown: Hint = hint`to see the changes only, add --dry-run`

/** `--service` for commands that take an endpoint. */
export function withService(command: Command): Command {
  return command.option('--service', 'the endpoint is a plain service name, as Python programs use them')
}

export function kindOption(): Option {
  return new Option('--kind <kind>', 'what the secret is')
    .choices(kinds.filter((kind) => !['minted', 'token'].includes(kind)))
    .default('basic')
}

/** For an option that may be repeated. */
export function collected(value: string, all: readonly string[] = []): readonly string[] {
  return [...all, value]
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

export function secretsIn(count: number): string {
  return count === 1 ? '1 secret' : `${count} secrets`
}

/** An account as shown to a person. The empty one becomes visible. */
export function shownAccount(account: string): string {
  return account === '' ? '(no user name)' : account
}

/** Prints one line for the person. Control characters are replaced. */
export function sayLine({ say, messages }: Pick<Terminal, 'say' | 'messages'>, text: string): void {
  say(sentence(printable(text), messages.width))
}

/** Sorts entries by endpoint, account and owner. */
export function byName(a: Place, b: Place): number {
  return order(a.endpoint.key, b.endpoint.key) || order(a.account, b.account) || order(a.owner, b.owner)
}

/** By code units, the same in every language and runtime. */
function order(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}

/** Says that nothing is kept there. Returns the exit code. */
export function nothingAt(
  terminal: Pick<Terminal, 'say' | 'messages'>,
  endpoint: Endpoint,
  account: string | undefined,
): number {
  const where = account === undefined ? endpoint.key : `${shownAccount(account)} at ${endpoint.key}`
  sayLine(terminal, `nothing is kept for ${where}`)
  return nothingThere
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
