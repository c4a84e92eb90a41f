import { randomBytes } from 'node:crypto'
import { expect, onTestFinished } from 'vitest'
import type { Credential, Item, Place, StoredItem, UnknownItem } from '../../src/core/credential.ts'
import { isCredential, isUnknown, ourselves } from '../../src/core/credential.ts'
import { encodeRecord } from '../../src/core/encode-item.ts'
import { type Endpoint, parseAddress, serviceName } from '../../src/core/endpoint.ts'
import { type FailureCode, isFailure } from '../../src/core/failure.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Store } from '../../src/core/store.ts'
import { someone } from '../asker.ts'

/** Opens the store under test; each call gives an instance of its own on the same contents. */
export type Open = () => Store | Promise<Store>

/** Stands in the name of everything that this run of the contract keeps. */
export const mark = `contract-${randomBytes(8).toString('hex')}`

/** One test's part of a store: names that nothing else has, and everything that was kept there removed at its end. */
export interface World {
  readonly store: Store
  /** `https://<random>.example.com`, with this behind it. */
  address(rest?: string, scheme?: string): Endpoint
  /** A service name of Python's with a random beginning. */
  service(rest?: string): Endpoint
  /** Saves by this store, or by another instance of it. */
  save(item: Item, by?: Store): Promise<void>
}

export async function openWorld(open: Open): Promise<World> {
  const store = await open()
  const name = `${mark}-${randomBytes(4).toString('hex')}`
  const places = new Map<string, Place>()
  onTestFinished(async () => {
    for (const place of places.values()) await store.remove(someone, place)
  })
  return {
    store,
    address: (rest = '', scheme = 'https') => parseAddress(`${scheme}://${name}.example.com${rest}`),
    service: (rest = '') => serviceName(`${name}${rest}`),
    async save(item, by = store) {
      const { endpoint, account, owner } = item
      places.set(JSON.stringify([endpoint.form, endpoint.key, account, owner]), { endpoint, account, owner })
      await by.save(someone, item)
    },
  }
}

/** A `basic` credential of git's, with what the test wants otherwise. */
export function credential(endpoint: Endpoint, more: Partial<Credential> = {}): Credential {
  return { endpoint, account: 'ann', owner: 'git', kind: 'basic', secret: new Secret('p@ss'), ...more }
}

/** What a later version wrote at git's place. */
export function unknown(endpoint: Endpoint, kind: string, value: string, account = 'ann'): UnknownItem {
  return { endpoint, account, owner: 'git', kind, value: new Secret(value) }
}

/** A comparable copy with the secrets in the open: a `Secret` equals every other one in the eyes of a test library. */
export function plain(item: StoredItem): unknown {
  const { endpoint, account, owner, kind } = item
  const place = { endpoint: { ...endpoint }, account, owner, kind }
  if (isUnknown(item)) return { ...place, value: encodeRecord({ ...item, owner: ourselves }) }
  const more = item.more?.expose()
  if (isCredential(item)) {
    const { secret, refreshToken, scheme, expires, parts } = item
    const exposed = parts && Object.entries(parts).map(([name, part]) => [name, part.expose()])
    return {
      ...place,
      secret: secret.expose(),
      refreshToken: refreshToken?.expose(),
      scheme,
      expires,
      parts: exposed,
      more,
    }
  }
  const { everyAccount, until, erased } = item
  return { ...place, everyAccount, until, more, erased: erased === undefined ? undefined : plain(erased) }
}

/** Exactly these items, in any order. */
export function expectItems(found: readonly StoredItem[], wanted: readonly Item[]): void {
  expect(found.map(plain).map(inOrder).sort()).toEqual(wanted.map(plain).map(inOrder).sort())
}

function inOrder(value: unknown): string {
  return JSON.stringify(value, undefined, 1)
}

export async function expectFailure(promise: Promise<unknown>, code: FailureCode): Promise<void> {
  const outcome = await promise.then(
    () => 'no failure',
    (error: unknown) => (isFailure(error) ? error.code : error),
  )
  expect(outcome).toBe(code)
}
