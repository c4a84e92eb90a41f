import { isObject } from '../../core/record.ts'
import type { ClientMachine } from '../../system/machine.ts'
import { type Kept, writeKept } from './kept.ts'
import { isDone } from './outcome.ts'
import type { AskAs } from './question.ts'
import type { TokenSource } from './token.ts'

/** How long a renewal may hold up a call, in milliseconds. */
const limit = 2_000

/**
 * The same token with more time. If the server does not renew it, it counts until it ends: then the request that needs
 * it fails, and says how to sign in again.
 */
export async function renewed(machine: ClientMachine, askAs: AskAs, found: TokenSource): Promise<TokenSource> {
  const { token, kept } = found
  const path = 'auth/token/renew-self'
  const asked = Date.now()
  const signal = AbortSignal.timeout(limit)
  const question = { method: 'POST', path, body: {}, needs: { capability: 'update', path }, signal } as const
  const reply = await askAs(token, question).catch(() => undefined)
  if (kept === undefined || reply === undefined || !isDone(reply)) return found
  const times = timesIn(reply.body?.['auth'], asked)
  // A token at its longest time is renewed for less and less: then it is not asked for again and again.
  const former = (kept.expires ?? 0) - asked
  const isLonger = times.expires === undefined || times.expires - asked > former + 1_000
  const now: Kept = { ...kept, ...times, renewable: times.renewable && isLonger }
  await writeKept(now, machine).catch(() => {})
  return { ...found, kept: now }
}

/** When a token ends, in an answer of the server. */
export function timesIn(auth: unknown, asked: number): Pick<Kept, 'expires' | 'lasts' | 'renewable'> {
  const { lease_duration: seconds, renewable } = isObject(auth) ? auth : {}
  if (typeof seconds !== 'number' || seconds <= 0) return { renewable: false }
  return { expires: asked + seconds * 1000, lasts: seconds * 1000, renewable: renewable === true }
}
