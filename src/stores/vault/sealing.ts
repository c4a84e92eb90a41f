import type { Found, Item, Place } from '../../core/credential.ts'
import { isCredential, samePlace } from '../../core/credential.ts'
import type { Endpoint } from '../../core/endpoint.ts'
import { Failure, isFailure } from '../../core/failure.ts'
import { endpointWords } from '../../core/hint.ts'
import { encodeItem } from '../../core/item.ts'
import type { Secret } from '../../core/secret.ts'
import type { Store } from '../../core/store.ts'
import { isOwnFolder } from '../../system/own-file.ts'
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

  async function find(endpoints: readonly Endpoint[], account?: string): Promise<readonly Found[]> {
    for (let attempt = 1; ; attempt++) {
      const found = await store.find(endpoints, account)
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

  async function save(item: Item): Promise<void> {
    const before = await fileAt(item)
    const tooLarge = Buffer.byteLength(encodeItem(item)) > (largest ?? 0)
    const own = tooLarge || looksLikePointer(item) ? await saveSealed(item) : undefined
    if (own === undefined) await store.save(item)
    const files = [before, own].filter((file) => file !== undefined)
    if (files.length === 0) return
    const used = await fileAt(item)
    const { dropSealed, sweepSealed } = await sealed()
    for (const file of files) if (file !== used) dropSealed(file, options)
    sweepSealed(item, used, options, options.now())
  }

  async function saveSealed(item: Item): Promise<string> {
    const { dropSealed, seal } = await sealed()
    const { small, file } = seal(item, options)
    try {
      await store.save(small)
      return file
    } catch (error) {
      // After any other failure the item may have been kept all the same, and leads to the file.
      const surelyNot = isFailure(error) && ['locked', 'refused', 'too-large', 'unsupported'].includes(error.code)
      if (surelyNot) dropSealed(file, options)
      throw error
    }
  }

  async function remove(place: Place, expected?: Secret): Promise<boolean> {
    const item = await itemAt(place)
    const pointer = item === undefined ? undefined : pointerIn(item)
    if (item === undefined || pointer === undefined) return store.remove(place, expected)
    if (expected !== undefined) {
      const whole = await opened(item)
      if (whole === undefined) throw gone(item)
      if (isCredential(whole) && !whole.secret.equals(expected)) return false
    }
    const removed = await store.remove(place, isCredential(item) ? item.secret : undefined)
    const { dropSealed, sweepSealed } = await sealed()
    if (removed) dropSealed(pointer.file, options)
    sweepSealed(place, await fileAt(place), options, options.now())
    return removed
  }

  async function itemAt(place: Place): Promise<Found | undefined> {
    return (await store.find([place.endpoint])).find((item) => samePlace(item, place))
  }

  async function fileAt(place: Place): Promise<string | undefined> {
    if (!isOwnFolder(options.folder, options.uid)) return undefined
    const item = await itemAt(place)
    return item === undefined ? undefined : pointerIn(item)?.file
  }

  return { name: store.name, traits, find, save, remove, list: () => store.list() }
}

function gone({ endpoint }: Place): Failure {
  return new Failure('malformed', `the sealed part of the secret for ${endpoint.key} is missing`, {
    hints: [`remove what is left with: credbridge remove ${endpointWords(endpoint)}`],
  })
}
