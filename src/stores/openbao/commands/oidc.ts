import { randomBytes } from 'node:crypto'
import { Failure } from '../../../core/failure.ts'
import { findBrowser } from '../../../sign-in/browser.ts'
import { listen } from '../../../sign-in/loopback.ts'
import { feedDetached } from '../../../system/feed.ts'
import { dataIn, isDone } from '../outcome.ts'
import { type LoginCall, questionOf, refusal, type SignedIn, signedIn } from './login-call.ts'

/** How long a person has, in milliseconds. */
const patience = 10 * 60_000

/**
 * Signs in with a browser of this machine: https://openbao.org/api-docs/auth/jwt/#oidc-authorization-url-request. The
 * redirect address is that of `bao login`, on a port of our own, as RFC 8252 (7.3) wants it.
 */
export async function byBrowser(call: LoginCall): Promise<SignedIn> {
  const { connection, context, options, path } = call
  const { terminal, machine } = context
  let state: string | undefined
  const loopback = await listen('localhost', () => state, undefined, '/oidc/callback')
  try {
    const nonce = randomBytes(32).toString('base64url')
    const asked = { role: options.role ?? '', redirect_uri: loopback.redirectUri, client_nonce: nonce }
    const reply = await connection.askAs(undefined, questionOf('POST', `auth/${path}/oidc/auth_url`, asked))
    const page = dataIn(reply)?.['auth_url']
    if (!isDone(reply) || typeof page !== 'string') throw refusal(call, reply)
    if (!URL.canParse(page)) {
      throw new Failure(
        'refused',
        `${connection.server.address} has no role for this sign-in, or another redirect address`,
      )
    }
    state = new URL(page).searchParams.get('state') ?? undefined
    const browser = findBrowser(machine)
    if (browser !== undefined)
      await feedDetached(machine.env, browser.program, [...browser.words, page], '').catch(() => {})
    terminal.say(`${browser === undefined ? 'go to' : 'if no browser opens, go to'} ${page}\n`)
    terminal.say('waiting for the browser (Ctrl-C stops it)\n')
    const { query, isOurs } = await loopback.answer(patience)
    if (!isOurs && !(await terminal.confirm('Did you sign in with the browser yourself?'))) {
      throw new Failure('refused', 'another user of this machine may have signed in, nothing was kept')
    }
    const answer = new URLSearchParams(query)
    const back = new URLSearchParams({ state: state ?? '', code: answer.get('code') ?? '', client_nonce: nonce })
    const finished = await connection.askAs(undefined, questionOf('GET', `auth/${path}/oidc/callback?${back}`))
    return signedIn(call, finished)
  } finally {
    loopback.close()
  }
}
