import { type Command, Option } from 'commander'
import { withoutConfiguration } from '../core/configuration.ts'
import { type Entry, toolOf } from '../core/credential.ts'
import { type Endpoint, parseAddress, sameEndpoint, serviceName } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { typedSpan } from '../core/time-words.ts'
import { splitAccount } from './arguments.ts'
import type { EntryState } from './entry-state.ts'
import { accountIn } from './place.ts'

export interface ListOptions {
  readonly service?: boolean
  readonly json?: boolean
  readonly account?: string
  readonly tool?: string
  readonly store?: string
  readonly expiresWithin?: string
  readonly own?: boolean
}

/** Which entries a person wants to see. */
export interface Filter {
  /** No filter at all. */
  readonly isAny: boolean
  readonly tool: string | undefined
  /** The store to list, in use or not; absent: those in use. */
  readonly store: string | undefined
  /** Milliseconds within which it must end; absent: the expiry is not looked at, and no store is opened for it. */
  readonly endsWithin: number | undefined
  /** Whether only what credbridge keeps for itself is meant. */
  readonly own: boolean
  /** Whether the endpoint is meant. */
  isNear(endpoint: Endpoint): boolean
  /** Whether endpoint and account are meant. */
  isAt(place: Pick<Entry, 'endpoint' | 'account'>): boolean
  /** Whether the tool is meant: it saved the entry, or a person shared it with the tool. */
  isFor(entry: Entry, state: EntryState): boolean
}

export function withFilters(command: Command): Command {
  return command
    .option('--account <name>', 'only this account, at any endpoint')
    .option('--tool <tool>', 'only what this tool saved, or what is shared with it; person: what you set')
    .addOption(new Option('--store <store>', 'only what this store keeps'))
    .option('--expires-within <time>', 'only what ends within this time, as 12h or 7d; this opens the store')
    .option('--own', 'only what credbridge keeps for itself, such as the backup of an import')
}

export function filterFrom(
  word: string | undefined,
  accountWord: string | undefined,
  { service, account: named, tool, store, expiresWithin, own = false }: ListOptions,
): Filter {
  const address = service === true ? undefined : word
  const account = address === undefined ? (accountWord ?? named) : accountIn(address, accountWord ?? named)
  const endsWithin = expiresWithin === undefined ? undefined : spanFrom(expiresWithin)
  const isNear = endpointsLike(word, service === true)
  return {
    isAny: !own && [word, account, tool, store, endsWithin].every((one) => one === undefined),
    tool,
    store,
    endsWithin,
    own,
    isNear,
    isAt: (place) => isNear(place.endpoint) && (account === undefined || place.account === account),
    isFor: ({ owner }, { sharedWith }) =>
      tool === undefined || withoutConfiguration(toolOf(owner)) === tool || sharedWith.includes(tool),
  }
}

/**
 * The address and the paths below it, or exactly this service name; without a scheme every endpoint that has the word
 * in it. Nothing is looked up by this: it only decides what is shown.
 */
function endpointsLike(word: string | undefined, service: boolean): (endpoint: Endpoint) => boolean {
  if (word === undefined) return () => true
  const [name] = service ? [word] : splitAccount(word)
  if (!service && !name.includes('://')) return ({ key }) => key.toLowerCase().includes(name.toLowerCase())
  const meant = service ? serviceName(word) : parseAddress(name)
  return (endpoint) => isAtOrBelow(endpoint, meant)
}

function isAtOrBelow(one: Endpoint, endpoint: Endpoint): boolean {
  if (sameEndpoint(one, endpoint)) return true
  return one.form === 'address' && endpoint.form === 'address' && one.key.startsWith(`${endpoint.key}/`)
}

function spanFrom(text: string): number {
  const span = typedSpan(text)
  if (span === undefined) throw new Failure('malformed', '--expires-within takes a time such as 12h or 7d')
  return span
}
