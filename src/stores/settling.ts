import type { Asker } from '../core/asker.ts'
import type { Credential } from '../core/credential.ts'
import { isCredential } from '../core/credential.ts'
import { Failure, isFailure, withHints } from '../core/failure.ts'
import { sameCredential } from '../core/same.ts'
import { Secret } from '../core/secret.ts'
import type { Store } from '../core/store.ts'
import { trialPlace } from '../core/trial.ts'
import { toChoose } from './to-choose.ts'

export interface Candidates {
  /** The system's keychain. */
  readonly keychain: Store
  /** Opens the store to use if there is provably no keychain. Absent: that is a failure. */
  readonly vault?: () => Promise<Store>
  /** The failure to report instead of settling on the vault; `undefined` unless the person must choose. */
  readonly choice?: () => Promise<Failure | undefined>
  /** Writes the choice before the first save. Returns the store to use, which another process may have chosen. */
  readonly settle: (store: Store) => Promise<Store>
}

export interface SettlingStore extends Store {
  /** The settled store. Settles on one if none is settled yet. */
  settled(asker: Asker): Promise<Store>
  /** The store that a save would settle on. Settles nothing. */
  candidate(asker: Asker): Promise<Store>
}

/**
 * The store if nobody has chosen one yet (rule 8 of docs/architecture.md). Reads go to the keychain, or to the vault if
 * there is provably no keychain. The first save settles on a store: on the keychain if a throw-away item can be
 * written, read and removed there; on the vault only if the keychain is `unavailable` and the failure is not `passing`.
 * A keychain that is locked, slow or refuses settles nothing, and its failure is passed on.
 */
export function settlingStore({ keychain, vault, choice, settle }: Candidates): SettlingStore {
  /** The store that answered last, or was chosen. */
  let current = keychain
  let chosen: Promise<Store> | undefined

  /** Opens the vault if the error proves that there is no keychain. Else throws the error. */
  async function instead(error: unknown): Promise<Store> {
    if (!isFailure(error)) throw error
    if (error.code !== 'unavailable' || error.passing || vault === undefined) throw withHints(error, [toChoose])
    return vault()
  }

  async function reading<T>(ask: (store: Store) => Promise<T>): Promise<T> {
    if (chosen !== undefined) return ask(await chosen)
    try {
      return await ask(keychain)
    } catch (error) {
      current = await instead(error)
      return ask(current)
    }
  }

  async function triedOut(asker: Asker): Promise<Store> {
    try {
      await tryOut(keychain, asker)
      return keychain
    } catch (error) {
      const store = await instead(error)
      const undecided = await choice?.()
      if (undecided !== undefined) throw undecided
      return store
    }
  }

  async function choose(asker: Asker): Promise<Store> {
    current = await settle(await triedOut(asker))
    return current
  }

  async function settled(asker: Asker): Promise<Store> {
    chosen ??= choose(asker)
    try {
      return await chosen
    } catch (error) {
      chosen = undefined
      throw error
    }
  }

  return {
    get name() {
      return current.name
    },
    get traits() {
      return current.traits
    },
    find: (asker, endpoints, account) => reading((store) => store.find(asker, endpoints, account)),
    list: (asker) => reading((store) => store.list(asker)),
    remove: (asker, place, expected) => reading((store) => store.remove(asker, place, expected)),
    save: async (asker, item, condition) => (await settled(asker)).save(asker, item, condition),
    alone: async (asker, place, work) => (await settled(asker)).alone(asker, place, work),
    problems: (asker) => reading(async (store) => (await store.problems?.(asker)) ?? []),
    removeUnreadable: (...which) => reading(async (store) => (await store.removeUnreadable?.(...which)) ?? 0),
    tidy: (asker) => reading(async (store) => store.tidy?.(asker)),
    settled,
    candidate: async (asker) => chosen ?? triedOut(asker),
  }
}

/** Whether no store was settled or configured when this one was opened. */
export function isSettling(store: Store): store is SettlingStore {
  return 'candidate' in store
}

/** Characters that a store might not keep unchanged. */
const throwAway = 'throw-away "\\é\n'

/** Writes, reads and removes a throw-away item, or checks a store that has its own way. Throws if a step fails. */
export async function tryOut(store: Store, asker: Asker): Promise<void> {
  if (store.check !== undefined) return store.check(asker)
  const item: Credential = { ...trialPlace(), kind: 'basic', secret: new Secret(throwAway) }
  await store.save(asker, item)
  const kept = await isKept(store, asker, item).catch(async (error) => {
    await store.remove(asker, item).catch(() => {})
    throw error
  })
  if ((await store.remove(asker, item)) && kept) return
  throw new Failure('internal', `the ${store.name} store did not keep a throw-away item`)
}

async function isKept(store: Store, asker: Asker, item: Credential): Promise<boolean> {
  const [found, ...more] = await store.find(asker, [item.endpoint])
  return found !== undefined && more.length === 0 && isCredential(found) && sameCredential(found, item)
}
