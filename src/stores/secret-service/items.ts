import { copiesEndpoint } from '../../core/copies-endpoint.ts'
import type { Entry, Item, Owner, Place } from '../../core/credential.ts'
import { isNoteKind, ourselves, person, python } from '../../core/credential.ts'
import { type Endpoint, sameEndpoint, serviceName } from '../../core/endpoint.ts'
import { endpointFromKey, keyFromEndpoint, serviceOf } from '../../core/item.ts'
import type { Attributes } from './calls.ts'
import type { Described } from './service.ts'

/*
 * The attributes of our items (docs/secret-service.md). `service` and `username` identify an item, as they do for
 * Python's keyring, @napi-rs/keyring and secret-tool. `endpoint` and `owner` repeat this for one search that finds all
 * owners' items, and for items whose `service` would be the same.
 */

const us = 'credbridge'
const pythonItself = 'Python keyring library'

/** The attributes of a new item. One of Python's has exactly those that Python's keyring writes. */
export function attributesOf(item: Place & Pick<Item, 'kind'>): Attributes {
  const { endpoint, owner, kind } = item
  const decisive = searchAt(item)
  if (owner === python) return new Map([['application', pythonItself], ...decisive])
  return new Map([...decisive, ['application', us], ['endpoint', spelled(endpoint)], ['owner', owner], ['kind', kind]])
}

/** The label that a keyring's window shows. */
export function labelOf({ endpoint, account, owner }: Place): string {
  if (owner === python) return `Password for '${account}' on '${endpoint.key}'`
  return `credbridge: ${account === '' ? 'no user' : account} at ${endpoint.key} (${owner})`
}

/** The search that finds every item at a place. */
export function searchAt(place: Place): Attributes {
  return new Map([
    ['service', serviceOf(place)],
    ['username', place.account],
  ])
}

/**
 * The searches that find all items at an endpoint. Our items have the attribute `endpoint`. Items that others, such as
 * the `keychain` store, wrote for one of these owners have only a service.
 */
export function searchesAt(endpoint: Endpoint, owners: readonly Owner[]): readonly Attributes[] {
  const services = foreignPlaces(endpoint, '', owners).map(serviceOf)
  return [new Map([['endpoint', spelled(endpoint)]]), ...services.map((service) => new Map([['service', service]]))]
}

/** The searches that find all our items, and all of Python's keyring. */
export const searchesForAll: readonly Attributes[] = [
  new Map([['application', us]]),
  new Map([['application', pythonItself]]),
]

/** Whether an item belongs to this place. Another program's own item does so only if Python's keyring finds it. */
export function liesAt(place: Place, attributes: Attributes): boolean {
  if (attributes.get('service') !== serviceOf(place) || attributes.get('username') !== place.account) return false
  const maker = makerOf(attributes)
  if (maker === 'another') return place.owner === python
  if (maker !== 'us') return true
  return attributes.get('owner') === place.owner && attributes.get('endpoint') === spelled(place.endpoint)
}

/** The item's place at this endpoint. Items that others wrote count only for these owners. */
export function placeAt(endpoint: Endpoint, attributes: Attributes, owners: readonly Owner[]): Place | undefined {
  const account = attributes.get('username') ?? ''
  const places =
    makerOf(attributes) === 'us'
      ? [{ endpoint, account, owner: attributes.get('owner') ?? '' }]
      : foreignPlaces(endpoint, account, owners)
  return places.find((place) => liesAt(place, attributes))
}

/** The item's place at any endpoint. An item with only a service belongs to one of the places in `before`. */
export function placeOf(attributes: Attributes, before: readonly Place[]): Place | undefined {
  const account = attributes.get('username') ?? ''
  const maker = makerOf(attributes)
  const places: (Place | undefined)[] = [...before]
  if (maker === 'us')
    places.unshift(placeNamed(attributes.get('owner') ?? '', attributes.get('endpoint') ?? '', account))
  if (maker === 'python') {
    places.unshift({ endpoint: serviceName(attributes.get('service') ?? ''), account, owner: python })
  }
  return places.find((place) => place !== undefined && liesAt(place, attributes))
}

/** The entry for an item at a place, from its attributes. */
export function entryOf(place: Place, { attributes, modified }: Described): Entry {
  const kind = makerOf(attributes) === 'us' ? attributes.get('kind') : undefined
  return { ...place, kind: kind ?? (place.owner === python ? 'text' : 'basic'), savedAt: modified }
}

/** Whether an item may be a note or a token. If others wrote it, only its value shows that. */
export function mayBeForAll(attributes: Attributes): boolean {
  const kind = attributes.get('kind') ?? ''
  return makerOf(attributes) !== 'us' || kind === 'token' || isNoteKind(kind)
}

/**
 * The program that an item belongs to: ours, Python's keyring, another one, or any. @napi-rs/keyring and secret-tool
 * write items that name no program.
 */
export function makerOf(attributes: Attributes): 'us' | 'python' | 'another' | 'anybody' {
  const application = attributes.get('application')
  if (application === undefined) return 'anybody'
  return application === us ? 'us' : application === pythonItself ? 'python' : 'another'
}

/**
 * The items at one place, the one that counts first: the one written last. Times are in whole seconds. Of two items in
 * the same second the other program's is the later one, because we never write a second item. Where Python's keyring
 * looks, another program's own item counts only if there is no other item.
 */
export function inOrder(place: Place, items: readonly Described[]): readonly Described[] {
  const apart = (item: Described) => Number(place.owner === python && makerOf(item.attributes) === 'another')
  const made = (item: Described) => Number(makerOf(item.attributes) === 'us')
  return [...items].sort(
    (a, b) => apart(a) - apart(b) || b.modified - a.modified || made(a) - made(b) || (a.path < b.path ? -1 : 1),
  )
}

/** The places at an endpoint where others may write: those of these owners, and Python's. None where only we write. */
function foreignPlaces(endpoint: Endpoint, account: string, owners: readonly Owner[]): readonly Place[] {
  if (sameEndpoint(endpoint, copiesEndpoint)) {
    return owners.includes(ourselves) ? [{ endpoint, account, owner: ourselves }] : []
  }
  const others = owners.filter((owner) => owner !== python)
  const all = endpoint.form === 'service' ? [...others, python] : others
  return all.map((owner) => ({ endpoint, account, owner }))
}

function placeNamed(owner: Owner, endpoint: string, account: string): Place | undefined {
  try {
    return { endpoint: endpointFromKey(endpoint, person), account, owner }
  } catch {
    return undefined
  }
}

/** The spelling of an endpoint. It is the same for all owners. */
function spelled(endpoint: Endpoint): string {
  return keyFromEndpoint(endpoint, person)
}
