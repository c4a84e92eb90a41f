import { type Credential, isKind, type Kind, type Place, type StoredItem } from './credential.ts'
import { Failure } from './failure.ts'
import { endpointWords, hint } from './hint.ts'
import { Secret } from './secret.ts'

/*
 * The kind `minted`: a command prints the secret. The credential's secret is the last result, and `expires` its end;
 * without a result the secret is empty and `expires` is absent. Its parts: `command`, a JSON array of words of which the
 * first is the absolute path of a program; `lasts`, how many seconds a result lasts; `kind`, the kind of the result.
 */

/** What a minted credential says about its command. */
export interface Minting {
  readonly command: Words
  /** How long a result lasts, in seconds. */
  readonly lasts: number
  /** The kind of the result. */
  readonly kind: Kind
}

export type Words = readonly [program: string, ...words: string[]]

/** The kinds that one line of output can be. */
export const printedKinds: readonly Kind[] = ['basic', 'bearer', 'header', 'docker-identity']

/** A minted credential without a result. */
export function mintedBy(
  { command, lasts, kind }: Minting,
  { endpoint, account, owner }: Place,
  scheme: string | undefined,
): Credential {
  const texts = { command: JSON.stringify(command), lasts: String(lasts), kind }
  const parts = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, new Secret(text)]))
  const described = { endpoint, account, owner, kind: 'minted', secret: new Secret(''), parts } as const
  return scheme === undefined ? described : { ...described, scheme }
}

/** Reads what a minted credential says. `malformed` if a part is missing or cannot be used. */
export function mintingOf(item: Credential): Minting {
  const [command, lasts, kind] = ['command', 'lasts', 'kind'].map((name) => item.parts?.[name]?.expose() ?? '')
  const words = wordsIn(command ?? '')
  const seconds = Number(lasts)
  const fits = Number.isSafeInteger(seconds) && seconds > 0 && seconds <= longest
  if (words === undefined || !fits || !isPrinted(kind)) throw unusable(item)
  return { command: words, lasts: seconds, kind }
}

/** Whether the credential keeps a result. */
export function hasResult({ expires }: Credential): boolean {
  return expires !== undefined
}

/**
 * Whether the kept result is good for a while; `now` in milliseconds since 1970. A result that ends later than its command
 * can have promised was kept while the clock was wrong.
 */
export function isFresh({ expires }: Credential, { lasts }: Minting, now: number): boolean {
  if (expires === undefined) return false
  const left = expires - now / 1000
  return left > Math.min(margin, lasts / 10) && left <= lasts + margin
}

/** With this result, printed by a command that started at `now`, in milliseconds since 1970. */
export function withResult(item: Credential, secret: Secret, now: number): Credential {
  return { ...item, secret, expires: Math.floor(now / 1000) + mintingOf(item).lasts }
}

export function withoutResult({ expires: _, ...item }: Credential): Credential {
  return { ...item, secret: new Secret('') }
}

/** The kept result as a credential of its own kind. */
export function resultOf(item: StoredItem<Credential>): StoredItem<Credential> {
  const { parts: _, more: __, stored: ___, ...rest } = item
  return { ...rest, kind: mintingOf(item).kind }
}

/** The secret in a command's output: its one line. Throws `malformed` for anything else, and says nothing of the output. */
export function secretPrinted(output: string): Secret {
  const line = output.endsWith('\r\n') ? output.slice(0, -2) : output.endsWith('\n') ? output.slice(0, -1) : output
  if (line === '') throw new Failure('malformed', 'it printed nothing')
  if (line.includes('\n') || line.includes('\r')) throw new Failure('malformed', 'it printed more than one line')
  if (line.includes('\0')) throw new Failure('malformed', 'it printed a NUL character')
  if (line.includes('\uFFFD')) throw new Failure('malformed', 'it printed what is not UTF-8 text')
  return new Secret(line)
}

/** In seconds: a result is no longer handed out so short a time before its end, and clocks may differ by so much. */
const margin = 60

/** In seconds: a year. */
export const longest = 366 * 24 * 60 * 60

function isPrinted(word: string | undefined): word is Kind {
  return word !== undefined && isKind(word) && printedKinds.includes(word)
}

function wordsIn(text: string): Words | undefined {
  const words = parsed(text)
  if (!Array.isArray(words) || !words.every((word) => typeof word === 'string' && !word.includes('\0')))
    return undefined
  const [program, ...rest] = words as readonly string[]
  return program === undefined || program === '' ? undefined : [program, ...rest]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function unusable({ endpoint }: Place): Failure {
  return new Failure('malformed', `the command that is kept for ${endpoint.key} cannot be read`, {
    hints: [hint`remove it with: credbridge remove ${endpointWords(endpoint)}`],
  })
}
