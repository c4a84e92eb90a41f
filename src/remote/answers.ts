import type { Entry, Owner } from '../core/credential.ts'
import { Failure, type FailureCode } from '../core/failure.ts'
import { type Hint, saidBy } from '../core/hint.ts'
import { isObject, type Members, objectIn } from '../core/record.ts'
import type { SaveResult } from '../core/save.ts'
import type { Answer } from '../core/selection.ts'
import {
  credentialIn,
  endpointIn,
  flagIn,
  nameIn,
  numberIn,
  optional,
  printEndpoint,
  printParts,
  textIn,
  wrong,
} from './fields.ts'

/** What a find gets: one finished answer. Never a refresh token, a note, a command, or whose item it is. */
export function printFound(answer: Answer | undefined): object | null {
  if (answer === undefined || answer.expired) return null
  const { credential, user, minted, token } = answer
  const { endpoint, account, kind, secret, scheme, expires, parts } = credential
  const isWhole = kind === 'client-certificate' || kind === 'cloud-keys'
  return {
    endpoint: printEndpoint(endpoint),
    account,
    user,
    kind,
    secret: secret.expose(),
    scheme,
    expires,
    parts: isWhole ? printParts(parts) : undefined,
    minted,
    token,
  }
}

/** The answer as the asking tool gets it: whoever saved the credential, the tool that asks counts as its owner. */
export function foundIn(value: unknown, owner: Owner): Answer | undefined {
  if (value === null) return undefined
  if (!isObject(value)) throw wrong('an answer')
  return {
    credential: credentialIn(value, owner),
    user: nameIn(value, 'user'),
    expired: false,
    ...(optional(value, 'minted', flagIn).minted === true ? { minted: true } : {}),
    ...(optional(value, 'token', flagIn).token === true ? { token: true } : {}),
  }
}

export function savedIn(value: unknown): SaveResult {
  const result = (['saved', 'unchanged', 'expired'] as const).find((one) => one === value)
  if (result === undefined) throw wrong('an answer')
  return result
}

export function removedIn(value: unknown): boolean {
  if (typeof value !== 'boolean') throw wrong('an answer')
  return value
}

export function printEntries(entries: readonly Entry[]): readonly object[] {
  return entries.map(({ endpoint, account, kind, spelling }) => ({
    endpoint: printEndpoint(endpoint),
    account,
    kind,
    spelling,
  }))
}

export function entriesIn(value: unknown, owner: Owner): readonly Entry[] {
  if (!Array.isArray(value) || !value.every(isObject)) throw wrong('an answer')
  return value.map((entry) => ({
    owner,
    endpoint: endpointIn(entry, 'endpoint'),
    account: nameIn(entry, 'account'),
    kind: nameIn(entry, 'kind'),
    ...optional(entry, 'spelling', nameIn),
  }))
}

export function printFailure({ code, message, hints }: Failure): object {
  return { code, message, ...(hints.length === 0 ? {} : { hints }) }
}

/** The result of a request; throws the failure that the other side sent instead. */
export function resultIn(line: string, id: number): unknown {
  const members = objectIn(line)
  if (members === undefined) throw wrong('an answer')
  if (members['failure'] !== undefined) throw failureIn(members['failure'])
  if (numberIn(members, 'id') !== id || members['answer'] === undefined) throw wrong('an answer')
  return members['answer']
}

const codes: readonly FailureCode[] = [
  'locked',
  'unavailable',
  'ambiguous',
  'refused',
  'malformed',
  'too-large',
  'timeout',
  'unsupported',
  'internal',
]

function failureIn(value: unknown): Failure {
  if (!isObject(value)) throw wrong('a failure')
  const code = codes.find((one) => one === value['code']) ?? 'internal'
  return new Failure(code, textIn(value, 'message'), { hints: hintsIn(value) })
}

/** They are for the machine that serves: to be read here, not to be pasted. */
function hintsIn({ hints }: Members): readonly Hint[] {
  if (!Array.isArray(hints)) return []
  return hints.filter((one) => typeof one === 'string').map((one) => saidBy('the machine that serves', one))
}
