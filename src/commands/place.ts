import { isNoteKind } from '../core/credential.ts'
import { closest } from '../core/did-you-mean.ts'
import { type Address, type Endpoint, parseAddress, sameEndpoint, serviceName, userIn } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { endpointWords, hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { sayLine, splitAccount } from './arguments.ts'

/** What a person names: an endpoint, and an account if one is named. */
export interface NamedPlace {
  readonly endpoint: Endpoint
  readonly account: string | undefined
}

type Context = Pick<CliContext, 'terminal' | 'broker'>

/**
 * The endpoint and the account that a person typed. A word without a scheme is a service of that very name if one is
 * kept; else `https` if it looks like a host, which is said. Any other word is refused: a wrong guess would never be
 * found. The account is the word for it, else what the address names, as `user@` or `#account`.
 */
export async function placeFrom(
  context: Context,
  word: string,
  named: string | undefined,
  { service }: { service?: boolean },
): Promise<NamedPlace> {
  if (service === true) return { endpoint: serviceName(word), account: named }
  if (word.includes('://')) return placeAt(await usableAddress(context, word), word, named)
  const kept = await keptAt(context)
  if (kept(serviceName(word))) return { endpoint: keptService(context, word), account: named }
  const [name] = splitAccount(word)
  if (kept(serviceName(name))) return placeAt(keptService(context, name), word, named)
  const address = looksLikeHost(name) ? asHttps(name) : undefined
  if (address === undefined) throw withoutScheme(name)
  sayLine(context.terminal, `note: ${name} means ${address.key}`)
  return placeAt(address, `https://${word}`, named)
}

function placeAt(endpoint: Endpoint, word: string, named: string | undefined): NamedPlace {
  return { endpoint, account: accountIn(word, named) }
}

/** The account that a person means: the word for it, else what the address names, as `user@` or `#account`. */
export function accountIn(word: string, named: string | undefined): string | undefined {
  const [, behind] = splitAccount(word)
  if (named !== undefined && behind !== undefined && named !== behind) {
    throw new Failure('malformed', 'two accounts are named: one after #, the other after the address')
  }
  return named ?? behind ?? userIn(word)
}

/** Lists once. The result tells whether a credential is kept at an endpoint. */
async function keptAt({ broker }: Context): Promise<(endpoint: Endpoint) => boolean> {
  const entries = (await (await broker()).list()).filter(({ kind }) => !isNoteKind(kind))
  return (endpoint) => entries.some((entry) => sameEndpoint(entry.endpoint, endpoint))
}

function keptService({ terminal }: Context, name: string): Endpoint {
  if (looksLikeHost(name))
    sayLine(terminal, `note: ${name} is a service name that is kept; the server is https://${name}`)
  return serviceName(name)
}

/** A dot, a port, or `localhost`, in the part before the path and without a user name. */
function looksLikeHost(text: string): boolean {
  const authority = text.split('/', 1)[0] ?? ''
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  return !/[\s\\]/.test(host) && (/^localhost$/i.test(host) || /[^.]\.[^.]/.test(host) || /^.+:[0-9]+$/.test(host))
}

function asHttps(text: string): Address | undefined {
  try {
    return parseAddress(`https://${text}`)
  } catch {
    return undefined
  }
}

function withoutScheme(text: string): Failure {
  return new Failure('malformed', 'an endpoint begins with its scheme', {
    hints: [
      hint`for the server: ${`https://${text}`}`,
      hint`for a program's own service name: ${endpointWords(serviceName(text))}`,
    ],
  })
}

/** Schemes that look like a mistyped `http` or `https` and are none. */
const others = ['smtp', 'smtps', 'imap', 'imaps', 'ssh']

/** Refuses a scheme that no tool asks for and that resembles one: what was kept there would never be found. */
async function usableAddress(context: Context, word: string): Promise<Address> {
  const address = parseAddress(word)
  const { scheme, key } = address
  const meant = scheme.startsWith('ftp') ? 'https' : closest(scheme, ['https', 'http'])
  const isKnown = ['https', 'http', ...others].includes(scheme)
  if (isKnown || meant === undefined || (await keptAt(context))(address)) return address
  throw new Failure('malformed', `no tool asks for a credential by ${scheme}://`, {
    hints: [hint`did you mean ${meant + key.slice(scheme.length)}`],
  })
}
