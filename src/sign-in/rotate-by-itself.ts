import { asFailure, Failure, type FailureCode } from '../core/failure.ts'
import { hint, saidBy } from '../core/hint.ts'
import type { Secret } from '../core/secret.ts'
import type { Fetch } from '../system/http/client.ts'
import { askForJson, type JsonAnswer, unexpected } from './json-request.ts'
import { type MakeToken, type NewToken, tokenIn } from './new-token.ts'
import type { RotationByItself } from './provider.ts'
import { endIn } from './token-check.ts'

/**
 * Prepares the rotation of a token that asks for its own successor. The request is sent once: GitLab ends all tokens of
 * a family if one that has ended asks again.
 * https://docs.gitlab.com/api/personal_access_tokens/#automatic-reuse-detection
 */
export async function readyByItself(fetch: Fetch, rotation: RotationByItself, former: Secret): Promise<MakeToken> {
  const { about, rotate, allowedBy } = rotation
  const { host } = new URL(about)
  const headers = { authorization: `Bearer ${former.expose()}` }
  const known = await askForJson(fetch, about, { headers })
  if (isRefusal(known)) throw new Failure('refused', `${host} does not accept the token that is kept`)
  if (known.status !== 200 || known.body === undefined) throw unexpected(about, known)
  const { scopes, created_at: created, expires_at: ends } = known.body
  if (Array.isArray(scopes) && !allowedBy.some((scope) => scopes.includes(scope))) {
    throw new Failure('refused', `this token may not rotate itself: it has none of the scopes ${allowedBy.join(', ')}`)
  }
  const end = sameLifetime(endIn(created), endIn(ends), Date.now())
  const request = {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(end === undefined ? {} : { expires_at: end }),
  }

  return async () => {
    const answer = await askForJson(fetch, rotate, request).catch(async (error) => {
      throw await afterNoToken(asFailure(error))
    })
    const made = [200, 201].includes(answer.status) ? newTokenIn(answer) : undefined
    if (made !== undefined) return made
    if (answer.status >= 400 && answer.status < 500) throw notRotated(host, answer, former)
    throw await afterNoToken(unexpected(rotate, answer))
  }

  /** What is left after an answer without a token: the provider may have ended the former one all the same. */
  async function afterNoToken({ code, message }: Failure): Promise<Failure> {
    const now = await askForJson(fetch, about, { headers }).catch(() => undefined)
    if (now?.status === 200) return new Failure(code, `${message}; the former token still works`)
    const isDead = now !== undefined && isRefusal(now)
    return new Failure(code, `${message}; the former token ${isDead ? 'has ended' : 'may have ended'}`, {
      hints: isDead ? [] : [hint`try it again once the server answers: nothing is sent if the token has ended`],
    })
  }
}

function isRefusal({ status }: { readonly status: number }): boolean {
  return status === 401 || status === 403
}

function newTokenIn({ body }: JsonAnswer): NewToken | undefined {
  const secret = tokenIn(body?.['token'])
  const expires = endIn(body?.['expires_at'])
  return secret && { secret, ...(expires === undefined ? {} : { expires }) }
}

const day = 86_400

/** The date on which a token ends that is made now and lasts as long as the former one; times in seconds since 1970. */
function sameLifetime(created: number | undefined, ends: number | undefined, now: number): string | undefined {
  if (created === undefined || ends === undefined) return undefined
  const days = Math.max(1, Math.floor((ends - Math.floor(created / day) * day) / day))
  return new Date(now + days * day * 1000).toISOString().slice(0, 10)
}

function notRotated(host: string, { status, body }: JsonAnswer, former: Secret): Failure {
  const code: FailureCode = status === 429 ? 'unavailable' : 'refused'
  const { message } = body ?? {}
  const says = typeof message === 'string' && !message.includes(former.expose()) ? [saidBy(host, message)] : []
  return new Failure(code, `${host} did not rotate the token (status ${status}), nothing was changed`, { hints: says })
}
