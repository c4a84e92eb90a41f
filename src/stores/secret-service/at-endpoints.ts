import type { CallMemory } from '../../core/asker.ts'
import type { Owner, Place } from '../../core/credential.ts'
import { type Endpoint, sameEndpoint } from '../../core/endpoint.ts'
import type { Attributes } from './calls.ts'
import { inOrder, placeAt, searchesAt } from './items.ts'
import type { Described } from './service.ts'

/** Which items count although they have only the attributes service and user name. */
export interface Known {
  /** The asking tool: secret-tool and others may have replaced its items, or written items for it. */
  readonly asking?: Owner
  /** The places of the items that the `keychain` store wrote. */
  readonly before: readonly Place[]
  readonly memory?: CallMemory | undefined
}

/** The searches for endpoints, and the selection of their items. */
export interface Wanted {
  /** They find all items at the endpoints. */
  readonly searches: readonly Attributes[]
  /** The items that belong to the endpoints, each with its place. If a place has several, the one that counts. */
  among(items: readonly Described[]): readonly (readonly [Place, Described])[]
}

export function wantedAt(endpoints: readonly Endpoint[], known: Known): Wanted {
  const each = [...new Map(endpoints.map((endpoint) => [`${endpoint.form} ${endpoint.key}`, endpoint])).values()]
  const owners = new Map(each.map((endpoint) => [endpoint, ownersAt(endpoint, known)]))
  const searches: Attributes[] = []
  const found = new Map<string, Endpoint[]>()
  for (const endpoint of each) {
    for (const search of searchesAt(endpoint, owners.get(endpoint) ?? [])) {
      searches.push(search)
      for (const [name, value] of search) addTo(found, `${name}=${value}`, endpoint)
    }
  }

  /** Each search has one attribute. */
  function endpointsOf(attributes: Attributes): ReadonlySet<Endpoint> {
    const searches = ['endpoint', 'service'].map((name) => `${name}=${attributes.get(name)}`)
    return new Set(searches.flatMap((search) => found.get(search) ?? []))
  }

  return {
    searches,
    among(items) {
      const byEndpoint = new Map<Endpoint, Described[]>()
      for (const item of items) for (const endpoint of endpointsOf(item.attributes)) addTo(byEndpoint, endpoint, item)
      return each.flatMap((endpoint) =>
        thatCount(byEndpoint.get(endpoint) ?? [], (attributes) =>
          placeAt(endpoint, attributes, owners.get(endpoint) ?? []),
        ),
      )
    },
  }
}

/** The places of these items, each with the item that counts there. */
export function thatCount(
  items: readonly Described[],
  placeFor: (attributes: Attributes) => Place | undefined,
): readonly [Place, Described][] {
  const places = new Map<string, { place: Place; items: Described[] }>()
  for (const item of items) {
    const place = placeFor(item.attributes)
    if (place === undefined) continue
    const key = JSON.stringify([place.owner, place.account, place.endpoint.form, place.endpoint.key])
    const atPlace = places.get(key) ?? { place, items: [] }
    atPlace.items.push(item)
    places.set(key, atPlace)
  }
  const counting: [Place, Described][] = []
  for (const { place, items } of places.values()) {
    const [first] = inOrder(place, items)
    if (first !== undefined) counting.push([place, first])
  }
  return counting
}

function ownersAt(endpoint: Endpoint, { asking, before }: Known): readonly Owner[] {
  const ownersThere = before.filter((place) => sameEndpoint(place.endpoint, endpoint)).map(({ owner }) => owner)
  return [...new Set(asking === undefined ? ownersThere : [asking, ...ownersThere])]
}

function addTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
