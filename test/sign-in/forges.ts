import { type Pages, type Reply, type StandIn, standIn } from './stand-in.ts'

/* Stand-ins for what GitLab and Gitea document of their tokens. Nothing here was compared with a real GitLab. */

const day = 86_400_000

/** The date in so many days. */
export function dateIn(days: number): string {
  return new Date(Date.now() + days * day).toISOString().slice(0, 10)
}

export interface Forge extends StandIn {
  /** The tokens that work. */
  readonly valid: Set<string>
}

export interface GitLabOptions {
  readonly scopes?: readonly string[]
  /** Happens before the answer to a rotation. */
  readonly rotating?: () => void
  /** What is answered to it, instead of the new token. */
  readonly answer?: Reply
}

/** Rotating ends the former token, and with one that has ended the family: https://docs.gitlab.com/api/personal_access_tokens/ */
export async function gitLab({ scopes = ['api'], rotating, answer }: GitLabOptions = {}): Promise<Forge> {
  const valid = new Set(['glpat-former'])
  let server: StandIn | undefined
  let expires = dateIn(20)
  const bearer = () => /^Bearer (.*)$/.exec(server?.asked.at(-1)?.request.headers.authorization ?? '')?.[1] ?? ''
  const refused = { status: 401, body: { message: '401 Unauthorized' } }
  const pages: Pages = {
    '/api/v4/version': refused,
    '/api/v4/user': () => (valid.has(bearer()) ? { body: { username: 'ann' } } : refused),
    '/api/v4/personal_access_tokens/self': () => {
      if (!valid.has(bearer())) return refused
      return { body: { scopes, created_at: `${dateIn(-40)}T15:00:00.000Z`, expires_at: expires } }
    },
    '/api/v4/personal_access_tokens/self/rotate': (_, body) => {
      if (!valid.has(bearer())) {
        valid.clear()
        return refused
      }
      const made = `glpat-made-${server?.asked.length}`
      valid.clear()
      valid.add(made)
      expires = JSON.parse(body).expires_at
      rotating?.()
      return answer ?? { body: { token: made, expires_at: expires } }
    },
  }
  server = await standIn(pages)
  return { ...server, valid }
}

export interface GiteaOptions {
  /** Happens before the answer with a new token. */
  readonly making?: (made: string, valid: Set<string>) => void
  /** What is answered to who ends a token. */
  readonly ending?: () => Reply
}

/** Its token routes, for `ann` and the password `pass`. test/sign-in/gitea.weekly.test.ts has the real ones. */
export async function gitea({ making, ending }: GiteaOptions = {}): Promise<Forge> {
  const valid = new Set(['former-01234567'])
  const numbers: Record<string, string> = { 7: 'former-01234567' }
  let server: StandIn | undefined
  const sent = () => server?.asked.at(-1)?.request.headers.authorization ?? ''
  const isOwner = () => sent() === `Basic ${Buffer.from('ann:pass').toString('base64')}`
  const end = (number: string) => () => {
    if (ending !== undefined) return ending()
    valid.delete(numbers[number] ?? '')
    return { status: isOwner() ? 204 : 401 }
  }
  server = await standIn({
    '/api/v1/version': { body: { version: '1.26.0' } },
    '/api/v1/user': () =>
      valid.has(sent().replace('Bearer ', '')) ? { body: { login: 'ann' } } : { status: 401, body: {} },
    '/api/v1/users/ann/tokens': (_, body) => {
      if (!isOwner()) return { status: 401, body: {} }
      const all = [{ id: 7, name: 'ci', scopes: ['all'], token_last_eight: '01234567' }]
      if (body === '') return { body: server?.asked.at(-1)?.line.includes('page=1&') ? all : [] }
      const made = 'made-abcdefgh'
      numbers['8'] = made
      valid.add(made)
      making?.(made, valid)
      return { status: 201, body: { id: 8, sha1: made } }
    },
    '/api/v1/users/ann/tokens/7': end('7'),
    '/api/v1/users/ann/tokens/8': end('8'),
  })
  return { ...server, valid }
}
