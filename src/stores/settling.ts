import type { Entry, Found, Item, Place } from '../core/credential.ts'
import { ourselves } from '../core/credential.ts'
import { type Endpoint, serviceName } from '../core/endpoint.ts'
import { Failure, isFailure } from '../core/failure.ts'
import { Secret } from '../core/secret.ts'
import type { Store } from '../core/store.ts'

export interface Candidates {
  /** The system's keychain. */
  readonly keychain: Store
  /** Where to go if there is provably no keychain. */
  readonly vault: () => Promise<Store>
  /** Remembers the choice; called once, before the first save goes on. */
  readonly settled: (store: Store) => void
}

/**
 * The store of somebody who has not chosen one (rule 8 of docs/architecture.md). Reading looks into the keychain, or
 * into the vault where there is provably no keychain. The first save settles it: the keychain if a throw-away item can
 * be written, read and removed there, the vault only if the keychain is `unavailable`. A keychain that is locked, slow
 * or refuses settles nothing and fails with its own code.
 */
export function settlingStore({ keychain, vault, settled }: Candidates): Store {
  let chosen: Promise<Store> | undefined

  async function reading<T>(ask: (store: Store) => Promise<T>): Promise<T> {
    if (chosen !== undefined) return ask(await chosen)
    try {
      return await ask(keychain)
    } catch (error) {
      if (!isUnavailable(error)) throw error
      return ask(await vault())
    }
  }

  async function settle(): Promise<Store> {
    const store = await choose(keychain, vault)
    settled(store)
    return store
  }

  return {
    name: keychain.name,
    traits: keychain.traits,
    find: (endpoints: readonly Endpoint[], account?: string): Promise<readonly Found[]> =>
      reading((store) => store.find(endpoints, account)),
    list: (): Promise<readonly Entry[]> => reading((store) => store.list()),
    remove: (place: Place, expected?: Secret): Promise<boolean> => reading((store) => store.remove(place, expected)),
    async save(item: Item): Promise<void> {
      chosen ??= settle()
      await (await chosen).save(item)
    },
  }
}

/** The keychain if it keeps a throw-away item, the vault if there is provably none. */
export async function choose(keychain: Store, vault: () => Promise<Store>): Promise<Store> {
  try {
    await tryOut(keychain)
    return keychain
  } catch (error) {
    if (isUnavailable(error)) return vault()
    throw withTheWayToChoose(error)
  }
}

/** Writes, reads and removes a throw-away item; what does not work is the failure. */
export async function tryOut(store: Store): Promise<void> {
  const endpoint = serviceName(`try-out-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`)
  const item: Item = { endpoint, account: 'try-out', owner: ourselves, kind: 'basic', secret: new Secret('throw-away') }
  await store.save(item)
  const found = await store.find([endpoint])
  const removed = await store.remove(item)
  if (found.length === 1 && removed) return
  throw new Failure('internal', `the ${store.name} store did not keep a throw-away item`)
}

function withTheWayToChoose(error: unknown): unknown {
  if (!isFailure(error)) return error
  const hints = [...error.hints, 'to settle on another store: credbridge use vault']
  return new Failure(error.code, error.message, { hints, cause: error, stuck: error.stuck })
}

function isUnavailable(error: unknown): boolean {
  return isFailure(error) && error.code === 'unavailable'
}
