import type { Credential, Kind } from '../../core/credential.ts'
import { type Address, addressOf } from '../../core/endpoint.ts'
import { asFailure, Failure, withHints } from '../../core/failure.ts'
import { hint, placeWords } from '../../core/hint.ts'
import { Secret } from '../../core/secret.ts'
import type { Answer, Lookup } from '../../core/selection.ts'
import { type Dialect, type Reply, reply } from '../dialect.ts'
import { type Intent, oneShot } from '../one-shot.ts'
import { answerChecksum, isOurAnswer } from './answer-checksum.ts'
import { type Message, messageEnd, printMessage, readMessage } from './message.ts'
import { passwordWire, tokenUserAt } from './token-user.ts'

const tool = 'git'
const nothing = reply('')

/**
 * git's credential helper protocol, in all versions since git 2.26. The last argument is the verb; unknown verbs are
 * ignored with exit code 0. A path must match exactly. The reason for a missing answer is printed only on a terminal.
 */
export const git: Dialect = oneShot({
  tool,
  absent: nothing,
  done: nothing,
  ambiguous: 'absent',
  broken: (_failure, text) => ({ stdout: '', stderr: text, exitCode: 1 }),

  reading({ words }) {
    const known = ['get', 'store', 'erase'].includes(words.at(-1) ?? '')
    return known ? { atMost: 1024 * 1024, ends: messageEnd } : undefined
  },

  read({ words }, input) {
    const verb = words.at(-1)
    if (verb === 'get') return get(readMessage(input.bytes))
    if (verb === 'store') return store(readMessage(input.bytes))
    if (verb === 'erase') return erase(readMessage(input.bytes))
    if (verb === 'capability') return { do: 'reply', reply: reply(capabilities) }
    return { do: 'reply', reply: nothing }
  },
})

const capabilities = 'version 0\ncapability authtype\ncapability state\n'

function get(message: Message): Intent {
  const endpoint = endpointOf(message)
  const { username } = message
  const lookup = {
    tool,
    ...wireFor(message, endpoint),
    endpoints: [endpoint],
    refresh: true,
    ...(username === undefined ? {} : { account: username }),
  }
  return { do: 'find', lookup, found: (found) => answer(found, message, endpoint) }
}

function store(message: Message): Intent {
  const endpoint = endpointOf(message)
  const proof = proofIn(message)
  if (proof === undefined || message.ephemeral === true || isOurAnswer(message)) return { do: 'reply', reply: nothing }
  const credential: Credential = {
    endpoint,
    owner: tool,
    ...proof,
    ...(message.expires === undefined ? {} : { expires: message.expires }),
    ...(message.refreshToken === undefined ? {} : { refreshToken: new Secret(message.refreshToken) }),
  }
  return { do: 'save', credential, saving: { repeats: true, borrows: wireFor(message, endpoint) } }
}

function erase(message: Message): Intent {
  const endpoint = endpointOf(message)
  const secret = message.credential ?? message.password
  const wire = wireFor(message, endpoint)
  const removal = {
    tool,
    ...wire,
    kinds: message.credential === undefined && secret !== undefined ? basic : everything,
    endpoint,
    recoverable: true,
    ...(message.username === undefined ? {} : { account: message.username }),
    ...(secret === undefined ? {} : { secret: new Secret(secret) }),
  }
  return { do: 'remove', removal }
}

const basic: readonly Kind[] = ['basic']
const everything: readonly Kind[] = ['basic', 'bearer', 'header']

/** Only a client with the capability `authtype` understands more than a user name and a password. */
function wireFor(message: Message, endpoint: Address): Pick<Lookup, 'kinds' | 'borrowedKinds' | 'tokenUser'> {
  const wire = passwordWire(endpoint)
  return understandsAuthtype(message) ? { ...wire, kinds: everything } : wire
}

function understandsAuthtype({ capabilities }: Message): boolean {
  return capabilities.includes('authtype')
}

/** git must have sent both keys (CVE-2020-11008). The host may be empty only for a certificate. */
function endpointOf({ protocol, host, path }: Message): Address {
  if (protocol === undefined || protocol === '') throw new Failure('malformed', 'the request names no protocol')
  if (host === undefined) throw new Failure('malformed', 'the request names no host')
  return addressOf({ scheme: protocol, host, ...(path === undefined ? {} : { path }) })
}

/** The account and the secret in the message; `undefined` if they are incomplete. */
function proofIn(message: Message): Pick<Credential, 'account' | 'kind' | 'secret' | 'scheme'> | undefined {
  const { username, password, authtype, credential } = message
  if (authtype !== undefined && credential !== undefined) {
    const secret = new Secret(credential)
    const account = username ?? ''
    if (authtype === 'Bearer') return { account, kind: 'bearer', secret }
    return { account, kind: authtype.toLowerCase() === 'bearer' ? 'bearer' : 'header', secret, scheme: authtype }
  }
  if (username === undefined || password === undefined) return undefined
  return { account: username, kind: 'basic', secret: new Secret(password) }
}

function answer({ credential, user, expired }: Answer, message: Message, endpoint: Address): Reply {
  const { kind, secret, scheme, expires, refreshToken } = credential
  const refresh = { oauth_refresh_token: refreshToken?.expose() }
  const isBorrowed = credential.owner !== tool
  const asBasic = kind === 'basic' || (kind === 'bearer' && isBorrowed && isPassword(message, endpoint, credential))
  const username = asBasic || credential.account !== '' ? user : undefined
  if (expired) return reply(printed({ username, ...refresh }, credential))
  if (kind === 'header' && (scheme ?? '') === '')
    throw new Failure('malformed', 'the stored credential has no scheme that git could send')
  const value = secret.expose()
  const proof = asBasic ? { password: value } : { authtype: scheme ?? 'Bearer', credential: value }
  const isStateful = message.capabilities.includes('state')
  const checksum = answerChecksum({ ...proof, username, expires, refreshToken: refreshToken?.expose() })
  const values = {
    'capability[]': [...(asBasic ? [] : ['authtype']), ...(isStateful ? ['state'] : [])],
    username,
    ...proof,
    password_expiry_utc: expires === undefined ? undefined : String(expires),
    ...refresh,
    'state[]': isStateful ? [checksum] : [],
  }
  return reply(printed(values, credential))
}

/** Whether to send a token as a password: the client understands nothing else, or the provider requires it. */
function isPassword(message: Message, endpoint: Address, { user }: Credential): boolean {
  return !understandsAuthtype(message) || user !== undefined || typeof tokenUserAt(endpoint) === 'string'
}

function printed(values: Parameters<typeof printMessage>[0], { endpoint, account }: Credential): string {
  try {
    return printMessage(values)
  } catch (error) {
    const words = placeWords(endpoint, account === '' ? undefined : account)
    throw withHints(asFailure(error), [hint`to replace it: credbridge set ${words}`])
  }
}
