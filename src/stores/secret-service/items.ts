import type { Entry, Item, Owner, Place } from '../../core/credential.ts'
import { isNoteKind, ourselves, person, python } from '../../core/credential.ts'
import { type Endpoint, sameEndpoint, serviceName } from '../../core/endpoint.ts'
import { endpointFromKey, keyFromEndpoint, serviceOf } from '../../core/item.ts'
import { copiesEndpoint } from '../../core/restorable.ts'
import type { Attributes } from './calls.ts'
import type { Described } from './service.ts'

/*
 * Which item of the Secret Service is which of ours: docs/secret-service.md. `service` and `username` say it, as they do
 * for Python's keyring, @napi-rs/keyring and secret-tool; `endpoint` and `owner` say it again, for one search that finds
 * all owners' items, and for what two of them would spell alike.
 */

const us = 'credbridge'
const pythonItself = 'Python keyring library'

/** What a new item carries. One of Python's is exactly as Python makes it. */
export function attributesOf(item: Place & Pick<Item, 'kind'>): Attributes {
  const { endpoint, owner, kind } = item
  const decisive = searchAt(item)
  if (owner === python) return new Map([['application', pythonItself], ...decisive])
  return new Map([...decisive, ['application', us], ['endpoint', spelled(endpoint)], ['owner', owner], ['kind', kind]])
}

/** How a person sees it in a keyring's window. */
export function labelOf({ endpoint, account, owner }: Place): string {
  if (owner === python) return `Password for '${account}' on '${endpoint.key}'`
  return `credbridge: ${account === '' ? 'no user' : account} at ${endpoint.key} (${owner})`
}

/** The search that finds whatever lies at a place. */
export function searchAt(place: Place): Attributes {
  return new Map([
    ['service', serviceOf(place)],
    ['username', place.account],
  ])
}

/**
 * The searches that find everything at an endpoint: our own items say where they belong; what others wrote for one of
 * these owners, the `keychain` store for instance, says only its service.
 */
export function searchesAt(endpoint: Endpoint, owners: readonly Owner[]): readonly Attributes[] {
  const services = foreignPlaces(endpoint, '', owners).map(serviceOf)
  return [new Map([['endpoint', spelled(endpoint)]]), ...services.map((service) => new Map([['service', service]]))]
}

/** The searches that find all that we made, and all that Python's keyring did. */
export const searchesForAll: readonly Attributes[] = [
  new Map([['application', us]]),
  new Map([['application', pythonItself]]),
]

/** Whether an item lies at this place. What another program keeps for itself does so only where Python's keyring would find it, too. */
export function liesAt(place: Place, attributes: Attributes): boolean {
  if (attributes.get('service') !== serviceOf(place) || attributes.get('username') !== place.account) return false
  const maker = makerOf(attributes)
  if (maker === 'another') return place.owner === python
  if (maker !== 'us') return true
  return attributes.get('owner') === place.owner && attributes.get('endpoint') === spelled(place.endpoint)
}

/** The place at this endpoint at which an item lies, where others' items count only for these owners. */
export function placeAt(endpoint: Endpoint, attributes: Attributes, owners: readonly Owner[]): Place | undefined {
  const account = attributes.get('username') ?? ''
  const places =
    makerOf(attributes) === 'us'
      ? [{ endpoint, account, owner: attributes.get('owner') ?? '' }]
      : foreignPlaces(endpoint, account, owners)
  return places.find((place) => liesAt(place, attributes))
}

/** The place at which an item lies, wherever that is; what says only its service lies at one of those known before. */
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

/** What its attributes say of an item that lies at a place. */
export function entryOf(place: Place, { attributes, modified }: Described): Entry {
  const kind = makerOf(attributes) === 'us' ? attributes.get('kind') : undefined
  return { ...place, kind: kind ?? (place.owner === python ? 'text' : 'basic'), savedAt: modified }
}

/** Whether an item can be a note. Of one that others wrote only its value tells. */
export function mayBeNote(attributes: Attributes): boolean {
  return makerOf(attributes) !== 'us' || isNoteKind(attributes.get('kind') ?? '')
}

/**
 * Whose an item says that it is: ours, Python's, another program's own, or nobody's in particular, which is what
 * @napi-rs/keyring and secret-tool write.
 */
export function makerOf(attributes: Attributes): 'us' | 'python' | 'another' | 'anybody' {
  const application = attributes.get('application')
  if (application === undefined) return 'anybody'
  return application === us ? 'us' : application === pythonItself ? 'python' : 'another'
}

/**
 * The items at one place, first the one that counts: the one written last. Times are in whole seconds; of two in the
 * same second the other program's is the later one, because we write no second item where one is. Where Python's
 * keyring looks, what another program keeps for itself counts only if there is nothing else.
 */
export function inOrder(place: Place, items: readonly Described[]): readonly Described[] {
  const apart = (item: Described) => Number(place.owner === python && makerOf(item.attributes) === 'another')
  const made = (item: Described) => Number(makerOf(item.attributes) === 'us')
  return [...items].sort(
    (a, b) => apart(a) - apart(b) || b.modified - a.modified || made(a) - made(b) || (a.path < b.path ? -1 : 1),
  )
}

/** The places at an endpoint at which others may write: those of these owners, and Python's; none where only we do. */
function foreignPlaces(endpoint: Endpoint, account: string, owners: readonly Owner[]): readonly Place[] {
  if (sameEndpoint(endpoint, copiesEndpoint)) {
    return owners.includes(ourselves) ? [{ endpoint, account, owner: ourselves }] : []
  }
  const all = endpoint.form === 'service' ? [...owners, python] : owners.filter((owner) => owner !== python)
  return all.map((owner) => ({ endpoint, account, owner }))
}

function placeNamed(owner: Owner, endpoint: string, account: string): Place | undefined {
  try {
    return { endpoint: endpointFromKey(endpoint, person), account, owner }
  } catch {
    return undefined
  }
}

/** One spelling for each endpoint, whoever owns the item. */
function spelled(endpoint: Endpoint): string {
  return keyFromEndpoint(endpoint, person)
}
