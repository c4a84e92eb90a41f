import type { Asker } from '../core/asker.ts'
import { type Credential, hasExpired, isCredential, type StoredItem } from '../core/credential.ts'
import { asFailure, Failure } from '../core/failure.ts'
import { isDue, renewsItself } from '../core/grant.ts'
import { endpointWords, hint } from '../core/hint.ts'
import { samePlace } from '../core/same.ts'
import type { Store } from '../core/store.ts'
import { tokenAs } from '../core/stored-view.ts'
import { isLocked, type LockPlace, withLock } from '../system/lock.ts'
import type { ClientMachine } from '../system/machine.ts'
import { failedLately, rememberFailure } from './failed-lately.ts'
import { placeName } from './place-name.ts'
import { type Order, renewing } from './renew-order.ts'

/*
 * Gets a token renewed. Loaded only when a lookup meets one that is due. The renewal itself is the work of a process of its
 * own (sign-in/renewer.ts), which no end of this one interrupts; this one starts it, or waits for the one that another
 * call has started, and reads the store again.
 */

/**
 * In milliseconds. The renewing process says much earlier that a token endpoint is silent (sign-in/renewer.ts); so long
 * waits only who meets an overloaded machine, or a renewing process that is stopped.
 */
const longestWait = 10_000

/** In milliseconds: how long the process that this one has started is waited for without a look at what it has left. */
const longestTurn = 4_500

/** A process that ends without an outcome was killed. One more is started. */
const mostStarts = 2

interface Asking {
  readonly machine: ClientMachine
  readonly store: Store
  readonly asker: Asker
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Hears of a token that has ended. */
  readonly signedOut: (token: Credential) => void | Promise<void>
}

/** `item`: what the store has now; `undefined`: nothing. */
type Outcome = { readonly item: StoredItem<Credential> | undefined } | { readonly reason: string }

/**
 * The token after its renewal, as it takes part in a lookup (core/stored-view.ts). If it could not be renewed, the former
 * one until it ends, then `unavailable`. `undefined` if the provider does not renew it any more, or it is gone.
 */
export async function renewed(
  asking: Asking,
  shown: StoredItem<Credential>,
  token: Credential,
): Promise<StoredItem<Credential> | undefined> {
  const outcome = await outcomeOf(asking, token)
  const isOver = hasExpired(token, asking.now())
  if ('reason' in outcome) {
    if (isOver) throw notRenewed(token, outcome.reason)
    return shown
  }
  const { item } = outcome
  if (item === undefined) return undefined
  if (isNew(item, token)) return tokenAs(shown.kind === 'basic' ? 'basic' : 'bearer', item, shown.user)
  if (!isOver) return shown
  await asking.signedOut(item)
  return undefined
}

async function outcomeOf(asking: Asking, token: Credential): Promise<Outcome> {
  const { machine, store } = asking
  const { folders, userId, processId } = machine
  const lock = { folder: `${folders.state}/locks`, name: `${placeName(store.name, token)}-renew`, userId, processId }
  const until = performance.now() + longestWait
  let starts = 0
  let outcome: Outcome | undefined
  const look = async () => {
    outcome ??= await settled(asking, token)
    return outcome !== undefined
  }
  const start = async () => {
    if (await look()) return
    starts++
    try {
      const limit = Math.min(longestTurn, until - performance.now())
      await machine.runApart([renewing], JSON.stringify(orderFor(store, token)), limit)
    } catch (error) {
      outcome = forAMinute(asking, token, asFailure(error).message)
    }
    await look()
  }
  while (starts < mostStarts && performance.now() < until) {
    if (!isLocked(lock) && (await look())) break
    if (!(await held(lock, start))) await pause()
    if (outcome !== undefined) break
  }
  if (outcome !== undefined) return outcome
  return forAMinute(asking, token, starts < mostStarts ? 'it takes too long' : 'the renewing process was ended')
}

function forAMinute({ machine, store, now }: Asking, token: Credential, reason: string): Outcome {
  rememberFailure(machine, store.name, token, { at: now(), reason })
  return { reason }
}

/** Runs the work while no other call does. False if one does: it was not run. */
async function held(lock: LockPlace, work: () => Promise<void>): Promise<boolean> {
  let isHeld = false
  try {
    await withLock(lock, { wait: 0, busy: 'another call is renewing the token' }, async () => {
      isHeld = true
      await work()
    })
  } catch (error) {
    if (isHeld) throw error
  }
  return isHeld
}

/** What another process has left since this one looked; `undefined` while the token is as it was. */
async function settled({ machine, store, asker, now }: Asking, token: Credential): Promise<Outcome | undefined> {
  const { memory: _, ...withoutMemory } = asker
  const items = await store.find(withoutMemory, [token.endpoint], token.account)
  const item = items.filter(isCredential).find((one) => samePlace(one, token) && one.kind === 'token')
  if (item === undefined || isNew(item, token) || !renewsItself(item) || !isDue(item, now())) return { item }
  const reason = failedLately(machine, store.name, item, now())
  return reason === undefined ? undefined : { reason }
}

/** Whatever its age: a provider may issue tokens that last shorter than a busy machine needs to read them. */
function isNew(item: Credential, token: Credential): boolean {
  return !item.secret.equals(token.secret)
}

function orderFor(store: Store, { endpoint: { form, key }, account, owner }: Credential): Order {
  return { store: store.name, endpoint: { form, key }, account, owner }
}

/** Waits a random time, so that the waiting processes do not look all at once. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 80))
}

function notRenewed({ endpoint }: Credential, reason: string): Failure {
  return new Failure('unavailable', `the sign-in at ${endpoint.key} could not be renewed: ${reason}`, {
    hints: [
      hint`it is tried again a minute after it failed`,
      hint`to sign in again: credbridge login ${endpointWords(endpoint)}`,
    ],
  })
}
