import type { Asker } from './asker.ts'
import type { StoredItem } from './credential.ts'
import type { Endpoint } from './endpoint.ts'
import { isFailure } from './failure.ts'
import type { Store } from './store.ts'

/** What a store has at some endpoints, and the failures of the endpoints whose items cannot be read. */
export interface Readable {
  readonly items: readonly StoredItem[]
  readonly unreadable: readonly { readonly endpoint: Endpoint; readonly error: unknown }[]
}

/** Everything at these endpoints, in as few requests as possible. Throws if the store itself fails. */
export async function findReadable(store: Store, asker: Asker, endpoints: readonly Endpoint[]): Promise<Readable> {
  const [one] = endpoints
  if (one === undefined) return { items: [], unreadable: [] }
  try {
    return { items: await store.find(asker, endpoints), unreadable: [] }
  } catch (error) {
    if (!isAboutOneItem(error)) throw error
    if (endpoints.length === 1) return { items: [], unreadable: [{ endpoint: one, error }] }
  }
  const half = Math.ceil(endpoints.length / 2)
  const first = await findReadable(store, asker, endpoints.slice(0, half))
  const second = await findReadable(store, asker, endpoints.slice(half))
  return { items: [...first.items, ...second.items], unreadable: [...first.unreadable, ...second.unreadable] }
}

/** Whether the failure concerns one item, and others at other endpoints can still be read. */
export function isAboutOneItem(error: unknown): boolean {
  return isFailure(error) && ['malformed', 'unsupported'].includes(error.code)
}

/** Each endpoint once. */
export function distinctEndpoints(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  return [...new Map(endpoints.map((at) => [endpointName(at), at])).values()]
}

/** A name that no other endpoint has. */
export function endpointName({ form, key }: Endpoint): string {
  return `${form} ${key}`
}
