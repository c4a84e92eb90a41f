import { asFailure, Failure, withHints } from '../core/failure.ts'
import { hint, saidBy } from '../core/hint.ts'
import { isObject, type Members } from '../core/record.ts'
import type { Secret } from '../core/secret.ts'
import type { Fetch, FetchOptions } from '../system/http/client.ts'
import { askForJson, askForList, unexpected } from './json-request.ts'
import { type MakeToken, tokenIn } from './new-token.ts'
import type { Person } from './person.ts'
import type { RotationByPassword } from './provider.ts'

type Asked = Pick<Person, 'isThere' | 'askSecret' | 'readSecret'>

/**
 * Prepares the rotation of a token by its owner's password: the new one gets the scopes of the former one and a name
 * with the time, and is used once, before anybody relies on it.
 */
export async function readyByPassword(
  fetch: Fetch,
  rotation: RotationByPassword,
  { secret: former, account }: { readonly secret: Secret; readonly account: string },
  person: Asked,
): Promise<MakeToken> {
  const { host } = new URL(rotation.whose)
  const before = await answerTo(fetch, rotation, former)
  if (before.status === 401) throw new Failure('refused', `${host} does not accept the token that is kept`)
  if (!isProof(before.status)) throw unexpected(rotation.whose, before)
  const user = before.login ?? account
  if (user === '') {
    throw new Failure('refused', 'the token does not tell whose it is', { hints: [hint`name the account`] })
  }
  const tokens = rotation.tokensOf(user)
  const asOwner = await withPassword(rotation, user, person)
  const { id, name: formerName, scopes } = await formerOf()

  return async () => {
    const name = nameAfter(formerName, new Date())
    const body = JSON.stringify({ name, scopes })
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
    const made = await asOwner((options) => askForJson(fetch, tokens, options), post).catch((error) => {
      const failure = asFailure(error)
      throw failure.code === 'refused'
        ? failure
        : withHints(failure, [hint`if it has made a token, its name is ${name}`])
    })
    const { sha1, id: number } = made.body ?? {}
    const secret = tokenIn(sha1)
    if (made.status !== 201 || secret === undefined || typeof number !== 'number') throw unexpected(tokens, made)
    const takeBack = () => endToken(number)
    const after = await answerTo(fetch, rotation, secret).catch(() => undefined)
    if (after?.status !== before.status || after.login !== before.login) {
      const isGone = await takeBack().then(
        () => true,
        () => false,
      )
      throw new Failure('refused', `${host} does not accept the new token as it accepts the former one`, {
        hints: isGone ? [] : [hint`end it there, it is named ${name}`],
      })
    }
    return { secret, takeBack, endFormer: () => endToken(id) }
  }

  async function formerOf(): Promise<Former> {
    for (let page = 1; page <= mostPages; page++) {
      const url = `${tokens}?page=${page}&limit=50`
      const answer = await asOwner((options) => askForList(fetch, url, options), {})
      if (answer.status !== 200 || answer.list === undefined) throw unexpected(tokens, answer)
      const found = answer.list.map(formerIn).find((one) => one !== undefined && former.expose().endsWith(one.end))
      if (found !== undefined) return found
      if (answer.list.length === 0) break
    }
    throw new Failure('refused', `what is kept is none of the tokens of ${user} at ${host}`)
  }

  async function endToken(number: number): Promise<void> {
    const url = `${tokens}/${number}`
    const answer = await asOwner((options) => askForJson(fetch, url, options), { method: 'DELETE' })
    // 404: it has ended already.
    if (answer.status !== 204 && answer.status !== 404) throw unexpected(url, answer)
  }
}

const mostPages = 100

interface Former {
  readonly id: number
  readonly name: string
  readonly scopes: readonly unknown[]
  /** Its last eight characters. */
  readonly end: string
}

function formerIn({ id, name, scopes, token_last_eight: end }: Members): Former | undefined {
  if (typeof id !== 'number' || typeof name !== 'string' || !Array.isArray(scopes)) return undefined
  return typeof end === 'string' && end.length === 8 ? { id, name, scopes, end } : undefined
}

/** `ci 2026-11-27 13:20:05`, in place of an earlier time. */
function nameAfter(former: string, now: Date): string {
  const [time = ''] = now.toISOString().replace('T', ' ').split('.')
  return `${former.replace(/ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, '')} ${time}`
}

/** 403: a token without the scope for this page, which the server knows all the same. */
function isProof(status: number): boolean {
  return status === 200 || status === 403
}

async function answerTo(
  fetch: Fetch,
  { whose }: RotationByPassword,
  token: Secret,
): Promise<{ readonly status: number; readonly login: string | undefined }> {
  const headers = { authorization: `Bearer ${token.expose()}` }
  const { status, body } = await askForJson(fetch, whose, { headers })
  const { login } = status === 200 ? (body ?? {}) : {}
  return { status, login: typeof login === 'string' && login !== '' ? login : undefined }
}

type AsOwner = <A extends { readonly status: number }>(
  ask: (options: FetchOptions) => Promise<A>,
  options: FetchOptions & { readonly headers?: Readonly<Record<string, string>> },
) => Promise<A>

/**
 * Asks for the password once. A server does not tell a wrong password from a missing code, so after a refusal the code
 * is asked for, and again when it is too old.
 */
async function withPassword(
  { codeHeader, whose }: RotationByPassword,
  user: string,
  { isThere, askSecret, readSecret }: Asked,
): Promise<AsOwner> {
  const { host } = new URL(whose)
  const password = isThere ? await askSecret(`Password of ${user} at ${host}`) : await readSecret()
  if (password.expose() === '') throw new Failure('refused', 'no password was given, nothing was changed')
  const authorization = `Basic ${Buffer.from(`${user}:${password.expose()}`).toString('base64')}`
  let code: Secret | undefined
  return async (ask, options) => {
    const attempt = () => {
      const second = code === undefined ? {} : { [codeHeader]: code.expose() }
      return ask({ ...options, headers: { ...options.headers, authorization, ...second } })
    }
    let answer = await attempt()
    if (answer.status === 401 && isThere) {
      code = await askSecret(`One-time code of ${user} at ${host}, empty if there is none`)
      if (code.expose() === '') code = undefined
      else answer = await attempt()
    }
    if (answer.status !== 401) return answer
    const { message } = 'body' in answer && isObject(answer.body) ? answer.body : {}
    throw new Failure('refused', `${host} does not accept this password${isThere ? ' or code' : ''}`, {
      hints: [
        ...(typeof message === 'string' ? [saidBy(host, message.slice(0, 300))] : []),
        ...(isThere ? [] : [hint`where it wants a one-time code, too, run it on a terminal`]),
      ],
    })
  }
}
