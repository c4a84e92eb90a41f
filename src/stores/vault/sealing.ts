import type { Asker } from '../../core/asker.ts'
import type { Item, Place, StoredItem } from '../../core/credential.ts'
import { secretOf } from '../../core/credential.ts'
import { encodeItem } from '../../core/encode-item.ts'
import type { Endpoint } from '../../core/endpoint.ts'
import { Failure, isFailure } from '../../core/failure.ts'
import { endpointWords, hint } from '../../core/hint.ts'
import { samePlace } from '../../core/same.ts'
import type { Secret } from '../../core/secret.ts'
import type { SaveCondition, Store } from '../../core/store.ts'
import { isFromLaterVersion } from '../../core/unknown-item.ts'
import { isOwnFolder } from '../../system/own-file.ts'
import { holds } from '../place-lock.ts'
import { looksLikePointer, pointerIn } from './pointer.ts'
import type { SealedFolder } from './sealed.ts'

/** Loaded on demand: only large secrets need the cipher. */
const sealed = () => import('./sealed.ts')

export interface SealingOptions extends SealedFolder {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** The size of an item in the store, in bytes. Absent: of its value in UTF-8. */
  readonly sizeOf?: (item: Item) => number
}

const attempts = 5

/**
 * Wraps a store that limits the size of secrets: a larger item is sealed in a file (rule 9 of docs/architecture.md).
 * The file is written before the item with its pointer, and removed after it. A process that is killed in between
 * leaves an unused file, which the next writer removes.
 */
export function withSealing(store: Store, options: SealingOptions): Store {
  const { largest, ...traits } = store.traits
  if (largest === undefined) return store

  async function find(asker: Asker, endpoints: readonly Endpoint[], account?: string): Promise<readonly StoredItem[]> {
    for (let attempt = 1; ; attempt++) {
      const found = await store.find(asker, endpoints, account)
      const whole = await Promise.all(found.map((item) => opened(item)))
      const missing = found.find((_, index) => whole[index] === undefined)
      if (missing === undefined) return whole.filter((item) => item !== undefined)
      // Another process may have replaced the item since it was read; then its pointer names another file.
      if (attempt === attempts) throw gone(missing)
    }
  }

  async function opened(item: StoredItem): Promise<StoredItem | undefined> {
    const pointer = pointerIn(item)
    if (pointer === undefined) return item
    const whole = (await sealed()).unseal(item, pointer, options)
    if (whole === undefined) return undefined
    return item.savedAt === undefined ? whole : { ...whole, savedAt: item.savedAt }
  }

  async function save(asker: Asker, item: Item, condition?: SaveCondition): Promise<boolean> {
    const inner = condition === undefined ? undefined : await innerCondition(asker, item, condition)
    if (inner === 'broken') return false
    const before = await fileAt(asker, item)
    const { sizeOf = (one: Item) => Buffer.byteLength(encodeItem(one)) } = options
    const tooLarge = sizeOf(item) > (largest ?? 0)
    // An item of a later version has no member in which this version could put a pointer.
    const seals = (tooLarge || looksLikePointer(item)) && !isFromLaterVersion(item)
    const own = seals ? await saveSealed(asker, item, inner) : undefined
    if (own === undefined) {
      if (!(await store.save(asker, item, inner))) return false
    } else if (own === 'broken') return false
    const files = [before, own].filter((file) => file !== undefined)
    if (files.length === 0) return true
    const used = await fileAt(asker, item)
    const { dropSealed, sweepSealed } = await sealed()
    for (const file of files) if (file !== used) dropSealed(file, options)
    sweepSealed(item, used, options, options.now())
    return true
  }

  async function saveSealed(
    asker: Asker,
    item: Item,
    condition: SaveCondition | undefined,
  ): Promise<string | 'broken'> {
    const { dropSealed, seal } = await sealed()
    const { small, file } = seal(item, options)
    try {
      if (await store.save(asker, small, condition)) return file
      dropSealed(file, options)
      return 'broken'
    } catch (error) {
      // After any other failure the item may have been saved all the same, with a pointer to the file.
      const surelyNot = isFailure(error) && ['locked', 'refused', 'too-large', 'unsupported'].includes(error.code)
      if (surelyNot) dropSealed(file, options)
      throw error
    }
  }

  async function remove(asker: Asker, place: Place, expected?: Secret): Promise<boolean> {
    const item = await itemAt(asker, place)
    const pointer = item === undefined ? undefined : pointerIn(item)
    if (item === undefined || pointer === undefined) return store.remove(asker, place, expected)
    if (expected !== undefined) {
      const whole = await opened(item)
      if (whole === undefined) throw gone(item)
      if (secretOf(whole)?.equals(expected) === false) return false
    }
    const removed = await store.remove(asker, place, secretOf(item))
    const { dropSealed, sweepSealed } = await sealed()
    if (removed) dropSealed(pointer.file, options)
    sweepSealed(place, await fileAt(asker, place), options, options.now())
    return removed
  }

  async function itemAt(asker: Asker, place: Place): Promise<StoredItem | undefined> {
    return (await store.find(asker, [place.endpoint])).find((item) => samePlace(item, place))
  }

  async function fileAt(asker: Asker, place: Place): Promise<string | undefined> {
    if (!isOwnFolder(options.folder, options.uid)) return undefined
    const item = await itemAt(asker, place)
    return item === undefined ? undefined : pointerIn(item)?.file
  }

  /** The condition for the wrapped store. `broken`: the condition is false already. */
  async function innerCondition(
    asker: Asker,
    place: Place,
    condition: SaveCondition,
  ): Promise<SaveCondition | 'broken'> {
    const replaces = await itemAt(asker, place)
    const whole = replaces === undefined ? undefined : await opened(replaces)
    return holds(condition, place, whole === undefined ? [] : [whole]) ? { replaces } : 'broken'
  }

  return {
    name: store.name,
    traits,
    find,
    save,
    remove,
    list: (asker) => store.list(asker),
    alone: (asker, place, work) => store.alone(asker, place, work),
  }
}

function gone({ endpoint }: Place): Failure {
  return new Failure('malformed', `the file with the secret for ${endpoint.key} is missing`, {
    hints: [hint`to remove the incomplete item: credbridge remove ${endpointWords(endpoint)}`],
  })
}
