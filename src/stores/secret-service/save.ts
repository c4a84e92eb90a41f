import type { CallMemory } from '../../core/asker.ts'
import type { Item, Place } from '../../core/credential.ts'
import { python, secretOf } from '../../core/credential.ts'
import { encodeItem } from '../../core/encode-item.ts'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { decodeItem } from '../../core/item.ts'
import { samePlace } from '../../core/same.ts'
import type { Secret } from '../../core/secret.ts'
import type { Known } from './at-endpoints.ts'
import { describeAll, searchAll, textOf } from './find.ts'
import { attributesOf, inOrder, labelOf, liesAt, makerOf, searchAt } from './items.ts'
import type { Described, Service } from './service.ts'

/** How often a save starts again because other processes change the same items. */
const attempts = 20

/**
 * Writes the secret into the existing item of the place. Creates a new item if there is none, or if the attributes must
 * change. After creating one it searches again, so that if several processes create items at once, one item is left.
 */
export async function save(service: Service, item: Item, { before, memory }: Known): Promise<void> {
  const kept = before.some((place) => samePlace(place, item))
  const secret = Buffer.from(encodeItem(item))
  let made: string | undefined
  for (let attempt = 0; attempt < attempts; attempt++) {
    const found = await itemsAt(service, item, memory)
    const isThere = found.some(({ path }) => path === made)
    // Another item in its place was saved later than ours.
    if (made !== undefined && (isThere ? found.length === 1 : found.length > 0)) return
    const old = outdated(item, found, kept)
    if (found.length === 0) made = await service.create(labelOf(item), attributesOf(item), secret)
    else if (old !== undefined) made = await makeAnew(service, item, old, found)
    else if (await writeOver(service, found, secret, kept)) return
  }
  throw new Failure('timeout', `other programs keep changing the item for ${item.endpoint.key}`, {
    hints: [hint`try again later`],
  })
}

/** Removes the items at the place. With `expected` only if the item that counts has this secret. */
export async function remove(service: Service, place: Place, { memory }: Known, expected?: Secret): Promise<boolean> {
  const found = inOrder(place, await itemsAt(service, place, memory))
  const doomed = expected === undefined ? found : await withSecret(service, place, found, expected)
  const removed = await Promise.all(doomed.map(({ path }) => service.remove(path)))
  return removed.includes(true)
}

/** The items at a place that its owner may change: all but other programs' own items that Python's keyring finds. */
async function itemsAt(service: Service, place: Place, memory: CallMemory | undefined): Promise<readonly Described[]> {
  const [paths] = await Promise.all([searchAll(service, [searchAt(place)], memory), service.session])
  const described = await describeAll(service, paths)
  return described
    .filter(({ attributes }) => liesAt(place, attributes))
    .filter(({ attributes }) => place.owner !== python || makerOf(attributes) !== 'another')
}

/** Returns false if one of the items was removed meanwhile. */
async function writeOver(
  service: Service,
  found: readonly Described[],
  secret: Uint8Array,
  before: boolean,
): Promise<boolean> {
  const kept = keep(found, before)
  const written = await Promise.all(kept.map(({ path }) => service.setSecret(path, secret)))
  if (written.includes(false)) return false
  const surplus = found.filter((one) => !kept.includes(one))
  await Promise.all(surplus.map(({ path }) => service.remove(path)))
  return true
}

/**
 * The items that a save keeps. Every other program's item stays and gets the secret, because each program reads its
 * own. If there is none, the one of ours with the first path stays, so that concurrent processes keep the same one.
 * Where the `keychain` store has written, an item that names no program is ours.
 */
function keep(found: readonly Described[], before: boolean): readonly Described[] {
  const ours = before ? ['us', 'anybody'] : ['us']
  const others = found.filter(({ attributes }) => !ours.includes(makerOf(attributes)))
  if (others.length > 0) return others
  return [...found].sort((a, b) => (a.path < b.path ? -1 : 1)).slice(0, 1)
}

/** The item whose attributes must change: ours with another kind, or one that names no program and becomes ours. */
function outdated(item: Item, found: readonly Described[], before: boolean): Described | undefined {
  const [only, another] = keep(found, before)
  if (only === undefined || another !== undefined || item.owner === python) return undefined
  if (!['us', 'anybody'].includes(makerOf(only.attributes))) return undefined
  return [...attributesOf(item)].every(([name, value]) => only.attributes.get(name) === value) ? undefined : only
}

/**
 * Creates a new item with the right attributes, and removes the existing ones. Returns the new item's path. Attributes
 * of an existing item are never set: KeePassXC refuses that, and gnome-keyring crashes if the item is removed at the
 * same time (docs/secret-service.md).
 */
async function makeAnew(
  service: Service,
  item: Item,
  outdated: Described,
  found: readonly Described[],
): Promise<string> {
  // KeePassXC lists its entry's fields (Title, Uuid …) among the attributes, but does not accept them.
  const others = [...outdated.attributes].filter(([name]) => name.charAt(0).toUpperCase() !== name.charAt(0))
  const attributes = new Map([...others, ...attributesOf(item)])
  const made = await service.create(outdated.label, attributes, Buffer.from(encodeItem(item)))
  await Promise.all(found.map(({ path }) => service.remove(path)))
  return made
}

/** The items to remove with a secret: none if the one that counts has another; else all of ours, and others with it. */
async function withSecret(
  service: Service,
  place: Place,
  found: readonly Described[],
  expected: Secret,
): Promise<readonly Described[]> {
  const paths = found.map(({ path }) => path)
  // In this order, an item that was removed before its secret was read is missing from the second answer.
  const [secrets, still] = await Promise.all([service.secrets(paths), describeAll(service, paths)])
  const same = (item: Described) => {
    const decoded = decodeItem(place, textOf(place, item, secrets.get(item.path)))
    return secretOf(decoded)?.equals(expected) !== false
  }
  const left = new Set(still.map(({ path }) => path))
  const [first, ...others] = found.filter(({ path }) => left.has(path))
  if (first === undefined || !same(first)) return []
  return [first, ...others.filter((item) => makerOf(item.attributes) === 'us' || same(item))]
}
