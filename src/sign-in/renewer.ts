import type { Asker } from '../core/asker.ts'
import { copiesEndpoint } from '../core/copies-endpoint.ts'
import { type Credential, isCredential, type Place } from '../core/credential.ts'
import { asFailure, Failure } from '../core/failure.ts'
import { grantOf, isDue } from '../core/grant.ts'
import { type Copy, copiesAmong } from '../core/restorable.ts'
import { samePlace, sameValue } from '../core/same.ts'
import type { Store } from '../core/store.ts'
import { clientOf, endedToken, movingToken, renewedToken } from '../core/token.ts'
import { failedLately, forgetFailure, rememberFailure } from '../engine/failed-lately.ts'
import type { Fetch } from '../system/http/client.ts'
import type { Machine } from '../system/machine.ts'
import { type Refreshed, refresh, revoke } from './exchange.ts'

/*
 * Renews one token. This runs in a process of its own (commands/renew-token.ts): once the provider has got the refresh
 * token, a provider that rotates them takes it never again, so nothing may come between the answer and the store.
 */

export interface Renewer {
  readonly machine: Pick<Machine, 'folders' | 'userId'>
  readonly store: Store
  readonly asker: Asker
  readonly fetch: Fetch
  /** Opens the store of this name. */
  readonly openStore: (name: string) => Promise<Store>
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Waits before the next attempt to save what was issued. Absent: for so many milliseconds. */
  readonly pause?: (milliseconds: number) => Promise<void>
}

/**
 * Renews the token at this place, if it is still due when no other process works there. The outcome is in the store, or a
 * remembered failure (engine/failed-lately.ts).
 */
export async function renewAt(renewer: Renewer, place: Place): Promise<void> {
  const { store, asker } = renewer
  await store.alone(asker, place, (stillAlone) => renewIfDue(renewer, place, stillAlone))
}

async function renewIfDue(renewer: Renewer, place: Place, stillAlone: () => void): Promise<void> {
  const { machine, store, now } = renewer
  const token = await tokenAt(renewer, place)
  if (token === undefined || !isDue(token, now())) return
  if (failedLately(machine, store.name, token, now()) !== undefined) return
  try {
    const item = await onlyCopy(renewer, token)
    if (item !== undefined) await renew(renewer, item, stillAlone)
  } catch (error) {
    rememberFailure(machine, store.name, token, { at: now(), reason: asFailure(error).message })
    throw error
  }
}

/**
 * A move that was interrupted may have left the sign-in in two stores. If the other one has it, the move is completed; else
 * it never got so far, and the token is what it was.
 */
async function onlyCopy(renewer: Renewer, token: Credential): Promise<Credential | undefined> {
  const { store, asker, openStore } = renewer
  const { movingTo } = grantOf(token)
  if (movingTo === undefined) return token
  const there = await tokenAt({ store: await openStore(movingTo), asker }, token)
  if (there !== undefined) {
    await store.remove(asker, token, token.secret)
    return undefined
  }
  const item = movingToken(token, undefined)
  return (await store.save(asker, item, { replaces: token })) ? item : undefined
}

async function renew(renewer: Renewer, token: Credential, stillAlone: () => void): Promise<void> {
  const { machine, store, asker, fetch, now } = renewer
  const { refreshToken } = token
  const { lasts } = grantOf(token)
  const client = clientOf(token)
  if (refreshToken === undefined || client === undefined) return
  // A store that cannot be written to would lose what the provider issues.
  if (!(await store.save(asker, token, { replaces: token }))) return
  const former = await copiesOf(renewer, token)
  // Whatever ends this process now, no copy may use the refresh token a second time.
  for (const copy of former) await store.save(asker, { ...copy, erased: endedToken(copy.erased, now()) })
  stillAlone()
  const answer = await sayingIfSilent(renewer, token, refresh(fetch, client, refreshToken, { lasts, now }))
  const issued = 'issued' in answer ? answer.issued.refreshToken : 'reason' in answer ? answer.refreshToken : undefined
  const isUsedUp = issued !== undefined && !issued.equals(refreshToken)
  const endIssued = async () => isUsedUp && (await revoke(fetch, client, issued).catch(() => false))
  const isKept = await keep(renewer, token, (item) => after(item, answer, now())).catch(async (error: unknown) => {
    await endIssued()
    throw error
  })
  if ('reason' in answer) rememberFailure(machine, store.name, token, { at: now(), reason: answer.reason })
  else forgetFailure(machine, store.name, token)
  const copies = await copiesOf(renewer, token)
  for (const copy of copies) {
    const before = former.find((one) => samePlace(one, copy))?.erased ?? copy.erased
    const changed = isKept && isUsedUp ? endedToken(before, now()) : isUsedUp ? after(before, answer, now()) : before
    await store.save(asker, { ...copy, erased: changed })
  }
  if (!isKept && copies.length === 0) await endIssued()
}

/** In milliseconds. A client waits for five seconds at most, and this process has to start first. */
const patience = 3_500

/** Lets those who wait know that the provider is slow. The exchange goes on, and a late answer counts. */
async function sayingIfSilent<T>(
  { machine, store, now }: Renewer,
  token: Credential,
  exchange: Promise<T>,
): Promise<T> {
  const reason = 'its token endpoint has not answered yet'
  const timer = setTimeout(() => rememberFailure(machine, store.name, token, { at: now(), reason }), patience)
  try {
    return await exchange
  } finally {
    clearTimeout(timer)
  }
}

function after(item: Credential, answer: Refreshed, now: number): Credential {
  if ('issued' in answer) return renewedToken(item, answer.issued, now)
  if ('ended' in answer) return endedToken(item, now)
  return answer.refreshToken === undefined ? item : { ...item, refreshToken: answer.refreshToken }
}

/** In milliseconds. Nobody waits for this process, and a keyring may be locked for a while. */
const longestPause = 15_000
const attempts = 50

/**
 * Saves the change and reads it back. Where that fails it tries again, for about ten minutes. False if the token is no
 * longer there, because somebody has removed or replaced it. Other changes that were made meanwhile stay, such as the
 * mark that a server refused the access token.
 */
async function keep(renewer: Renewer, token: Credential, change: (item: Credential) => Credential): Promise<boolean> {
  const { store, asker } = renewer
  let failure: unknown
  const { pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)) } =
    renewer
  for (let attempt = 0; attempt < attempts; attempt++) {
    try {
      const item = await tokenAt(renewer, token)
      if (item === undefined || !hasSameRefreshToken(item, token)) return false
      const changed = change(item)
      if (sameValue(changed, item)) return true
      if (!(await store.save(asker, changed, { replaces: item }))) continue
      const kept = await tokenAt(renewer, token)
      if (kept !== undefined && sameValue(kept, changed)) return true
      failure = new Failure('internal', `the ${store.name} store did not keep the token for ${token.endpoint.key}`)
    } catch (error) {
      failure = error
    }
    await pause(Math.min(200 * 2 ** attempt, longestPause))
  }
  throw failure
}

/** The copies that `credbridge restore` could bring back with the same refresh token. */
async function copiesOf({ store, asker }: Renewer, token: Credential): Promise<readonly Copy[]> {
  const copies = copiesAmong(await store.find(asker, [copiesEndpoint]))
  return copies.filter(({ erased }) => erased.kind === 'token' && hasSameRefreshToken(erased, token))
}

function hasSameRefreshToken(a: Credential, b: Credential): boolean {
  return a.refreshToken !== undefined && b.refreshToken?.equals(a.refreshToken) === true
}

async function tokenAt(
  { store, asker }: Pick<Renewer, 'store' | 'asker'>,
  place: Place,
): Promise<Credential | undefined> {
  const items = await store.find(asker, [place.endpoint], place.account)
  return items.filter(isCredential).find((item) => samePlace(item, place) && item.kind === 'token')
}
