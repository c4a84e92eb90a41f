import type { Asker } from '../../core/asker.ts'
import type { Found, Item, Place } from '../../core/credential.ts'
import { samePlace, secretOf } from '../../core/credential.ts'
import type { Endpoint } from '../../core/endpoint.ts'
import { Failure, isFailure } from '../../core/failure.ts'
import { endpointWords, hint } from '../../core/hint.ts'
import { encodeItem } from '../../core/item.ts'
import type { Secret } from '../../core/secret.ts'
import type { SaveCondition, Store } from '../../core/store.ts'
import { isFromLaterVersion } from '../../core/unknown-item.ts'
import { isOwnFolder } from '../../system/own-file.ts'
import { holds } from '../place-lock.ts'
import { looksLikePointer, pointerIn } from './pointer.ts'
import type { SealedFolder } from './sealed.ts'

/** Only what is sealed needs the cipher. */
const sealed = () => import('./sealed.ts')

export interface SealingOptions extends SealedFolder {
  /** Milliseconds since 1970. */
  readonly now: () => number
}

const attempts = 5

/**
 * A store that takes any size, over one that does not: what is larger is sealed into a file (rule 9 of
 * docs/architecture.md). The file is there before the item that leads to it, and goes after it: a process that dies in
 * between leaves a file that nothing leads to, for the next writer to remove.
 */
export function withSealing(store: Store, options: SealingOptions): Store {
  const { largest, ...traits } = store.traits
  if (largest === undefined) return store

  async function find(asker: Asker, endpoints: readonly Endpoint[], account?: string): Promise<readonly Found[]> {
    for (let attempt = 1; ; attempt++) {
      const found = await store.find(asker, endpoints, account)
      const whole = await Promise.all(found.map((item) => opened(item)))
      const missing = found.find((_, index) => whole[index] === undefined)
      if (missing === undefined) return whole.filter((item) => item !== undefined)
      // Another process has replaced the item since it was read: then it leads elsewhere by now.
      if (attempt === attempts) throw gone(missing)
    }
  }

  async function opened(item: Found): Promise<Found | undefined> {
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
    const tooLarge = Buffer.byteLength(encodeItem(item)) > (largest ?? 0)
    // What a later version wrote has no place for a pointer.
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
      // After any other failure the item may have been kept all the same, and leads to the file.
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

  async function itemAt(asker: Asker, place: Place): Promise<Found | undefined> {
    return (await store.find(asker, [place.endpoint])).find((item) => samePlace(item, place))
  }

  async function fileAt(asker: Asker, place: Place): Promise<string | undefined> {
    if (!isOwnFolder(options.folder, options.uid)) return undefined
    const item = await itemAt(asker, place)
    return item === undefined ? undefined : pointerIn(item)?.file
  }

  /** What the store below must still hold for the condition to hold. */
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
  return new Failure('malformed', `the sealed part of the secret for ${endpoint.key} is missing`, {
    hints: [hint`remove what is left with: credbridge remove ${endpointWords(endpoint)}`],
  })
}
