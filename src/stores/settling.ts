import type { Asker } from '../core/asker.ts'
import type { Credential } from '../core/credential.ts'
import { isCredential, ourselves, sameCredential } from '../core/credential.ts'
import { serviceName } from '../core/endpoint.ts'
import { Failure, isFailure, withHints } from '../core/failure.ts'
import { Secret } from '../core/secret.ts'
import type { Store } from '../core/store.ts'

export interface Candidates {
  /** The system's keychain. */
  readonly keychain: Store
  /** Where to go if there is provably no keychain. Absent: nowhere, it is a failure. */
  readonly vault?: () => Promise<Store>
  /** What a person can do who does not want to wait for the keychain. */
  readonly toChoose: string
  /** Remembers the choice before the first save goes on; the store to use, which another process may have chosen. */
  readonly settle: (store: Store) => Promise<Store>
}

export interface SettlingStore extends Store {
  /** The store that it is from now on; settles it if nothing has yet. */
  settled(asker: Asker): Promise<Store>
  /** The store that a save would settle on now; settles nothing. */
  candidate(asker: Asker): Promise<Store>
}

/**
 * The store of somebody who has not chosen one (rule 8 of docs/architecture.md). Reading looks into the keychain, or
 * into the vault where there is provably no keychain. The first save settles it: the keychain if a throw-away item can
 * be written, read and removed there, the vault only if the keychain is `unavailable` and was not there a moment ago. A
 * keychain that is locked, slow or refuses settles nothing and fails with its own code.
 */
export function settlingStore({ keychain, vault, toChoose, settle }: Candidates): SettlingStore {
  /** The one that answered last, or was chosen. */
  let current = keychain
  let chosen: Promise<Store> | undefined

  /** The vault, if what happened proves that there is no keychain. */
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

  function triedOut(asker: Asker): Promise<Store> {
    return tryOut(keychain, asker).then(() => keychain, instead)
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

/** Whether nothing said yet which store is in use when this one was opened. */
export function isSettling(store: Store): store is SettlingStore {
  return 'candidate' in store
}

/** A store that was settled on: if it is not there any more, that is reported, never worked around. */
export async function settledStore(name: string, open: () => Promise<Store>, toChoose: string): Promise<Store> {
  const hints = [`what is kept lies in the ${name} store`, toChoose]
  const advised = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw isFailure(error) && error.code === 'unavailable' ? withHints(error, hints) : error
    }
  }
  const store = await advised(open)
  return {
    name: store.name,
    traits: store.traits,
    find: (asker, endpoints, account) => advised(() => store.find(asker, endpoints, account)),
    save: (asker, item, condition) => advised(() => store.save(asker, item, condition)),
    remove: (asker, place, expected) => advised(() => store.remove(asker, place, expected)),
    list: (asker) => advised(() => store.list(asker)),
    alone: (asker, place, work) => advised(() => store.alone(asker, place, work)),
    problems: (asker) => advised(async () => (await store.problems?.(asker)) ?? []),
    removeUnreadable: (...which) => advised(async () => (await store.removeUnreadable?.(...which)) ?? 0),
    tidy: (asker) => advised(async () => store.tidy?.(asker)),
  }
}

/** Texts that something on the way could trip over. */
const throwAway = 'throw-away "\\é\n'

/** Writes, reads and removes a throw-away item; what does not work is the failure. Leaves nothing behind. */
export async function tryOut(store: Store, asker: Asker): Promise<void> {
  const endpoint = serviceName(`try-out-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`)
  const item: Credential = {
    endpoint,
    account: 'try-out',
    owner: ourselves,
    kind: 'basic',
    secret: new Secret(throwAway),
  }
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
