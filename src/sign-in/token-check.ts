import { Failure } from '../core/failure.ts'
import type { Secret } from '../core/secret.ts'
import type { Fetch } from '../system/http/client.ts'
import { accountName, scopesIn } from './issued-token.ts'
import { askForJson, type JsonAnswer, unexpected, valueAt } from './json-request.ts'
import type { Inquiry, Way } from './provider.ts'

/** What a provider says of a token. Members that it does not tell are absent. */
export interface Known {
  readonly account?: string
  readonly scopes?: readonly string[]
  /** In seconds since 1970. */
  readonly expires?: number
}

/**
 * Asks the provider about a token. A token that it does not accept is `refused`. The first inquiry must succeed; what
 * further ones cannot tell stays unknown.
 */
export async function checkToken(
  fetch: Fetch,
  inquiries: readonly Inquiry[],
  token: Secret,
  account: string,
): Promise<Known> {
  let known: Known = {}
  for (const [index, inquiry] of inquiries.entries()) {
    const authorization =
      inquiry.scheme === 'Basic'
        ? `Basic ${Buffer.from(`${account}:${token.expose()}`).toString('base64')}`
        : `Bearer ${token.expose()}`
    const answer = await askForJson(fetch, inquiry.url, { headers: { authorization } })
    if (answer.status === 200 && answer.body !== undefined) known = { ...known, ...said(inquiry, answer) }
    else if (index === 0 && !(answer.status === 403 && inquiry.mayBeForbidden === true))
      throw notAccepted(inquiry.url, answer)
  }
  return known
}

function notAccepted(url: string, answer: JsonAnswer): Failure {
  if (answer.status === 401 || answer.status === 403) {
    return new Failure('refused', `${new URL(url).host} does not accept this token, nothing was kept`)
  }
  return unexpected(url, answer)
}

function said(inquiry: Inquiry, answer: JsonAnswer): Known {
  const account = valueAt(answer.body, inquiry.account ?? ['', ''])
  const scopes = found(inquiry.scopes, answer)
  const end = endIn(found(inquiry.expires, answer))
  return {
    ...(typeof account === 'string' ? { account: accountName(new URL(inquiry.url).host, account) } : {}),
    ...(scopes === undefined ? {} : { scopes: listOf(scopes) }),
    ...(end === undefined ? {} : { expires: end }),
  }
}

function found(where: Way | { readonly header: string } | undefined, { headers, body }: JsonAnswer): unknown {
  if (where === undefined) return undefined
  return 'header' in where ? (headers.get(where.header) ?? undefined) : valueAt(body, where)
}

function listOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.filter((one) => typeof one === 'string')
  return typeof value === 'string' ? scopesIn(value) : []
}

/**
 * In seconds since 1970: `2027-01-31`, on which GitLab ends a token at midnight UTC, or `2027-01-31 12:00:00 UTC`.
 * `undefined` for what is no time.
 */
export function endIn(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined
  const text = value.replace(' UTC', 'Z').replace(' ', 'T')
  const at = Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text)
  return Number.isNaN(at) ? undefined : Math.floor(at / 1000)
}
