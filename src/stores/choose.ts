import type { Asker } from '../core/asker.ts'
import type { Place } from '../core/credential.ts'
import { closest } from '../core/did-you-mean.ts'
import { Failure } from '../core/failure.ts'
import { isFar } from '../core/far-store.ts'
import type { ForeignItem } from '../core/foreign-item.ts'
import { type Hint, hint } from '../core/hint.ts'
import type { Store } from '../core/store.ts'
import type { Machine } from '../system/machine.ts'
import { storeTypes } from './index.ts'
import { settledName, settleFirst } from './settled.ts'
import { isSettling, type SettlingStore, settledStores, settlingStore } from './settling.ts'
import type { StoreContext, StoreSettings, StoreType } from './store-type.ts'

/** The names of the stores that a person can choose. */
export const storeNames: readonly string[] = storeTypes
  .filter(({ canBeSettled }) => canBeSettled)
  .flatMap(({ name, parameter, withoutParameter }) => [
    ...(parameter === undefined || withoutParameter === true ? [name] : []),
    ...(parameter === undefined ? [] : [`${name}:${parameter}`]),
  ])

/** The stores in use, and where that is configured. */
export interface InUse {
  /** In the order in which they are read; saves go to the first. Empty: the first save settles on one. */
  readonly names: readonly string[]
  readonly because: 'environment' | 'settings' | 'settled' | 'not settled'
}

/** The configured stores, else the settled one, else none. */
export function inUse({ stores }: StoreSettings, machine: Pick<Machine, 'env' | 'folders' | 'userId'>): InUse {
  const named = (machine.env['CREDBRIDGE_STORE'] ?? '') !== ''
  if (stores !== undefined) return { names: stores, because: named ? 'environment' : 'settings' }
  const settled = settledName(machine)
  return settled === undefined ? { names: [], because: 'not settled' } : { names: [settled], because: 'settled' }
}

/** Opens the stores in use. `withoutKeychain`: what to use if none is settled and there is no keychain. */
export async function openStores(
  settings: StoreSettings,
  machine: Machine,
  withoutKeychain: 'vault' | 'failure' = 'vault',
): Promise<[Store, ...Store[]]> {
  const { names, because } = inUse(settings, machine)
  const [first, ...rest] = names
  if (first === undefined) return [await unsettled(settings, machine, withoutKeychain)]
  const opened = (name: string) => openAll(name, settings, machine)
  if (because === 'settled') return settledStores(first, () => opened(first), toChoose)
  const [[leading, ...further], ...others] = await Promise.all([opened(first), ...rest.map(opened)])
  const stores: [Store, ...Store[]] = [leading, ...further, ...others.flat()]
  const far = stores.find(isFar)
  if (far !== undefined && stores.length > 1) throw onlyAlone(far.name)
  return stores
}

/** The stores that a name stands for: of some types several. */
async function openAll(name: string, settings: StoreSettings, machine: Machine): Promise<readonly [Store, ...Store[]]> {
  const { type, parameter } = storeNamed(name)
  const context = contextFor(parameter, settings, machine)
  return parameter === '' && type.openAll !== undefined ? type.openAll(context) : [await type.open(context)]
}

/** The store that a save would go to. For a store that is not settled yet, the one that the save would settle on. */
export async function storeForSaves(store: Store, asker: Asker): Promise<Store> {
  return isSettling(store) ? store.candidate(asker) : store
}

/** Opens a store by its name. An unknown name is `malformed`. */
export async function openStore(name: string, settings: StoreSettings, machine: Machine): Promise<Store> {
  const { type, parameter } = storeNamed(name)
  return type.open(contextFor(parameter, settings, machine))
}

function contextFor(parameter: string, settings: StoreSettings, machine: Machine): StoreContext {
  return { machine, settings, parameter, openStore: (other) => openStore(other, settings, machine) }
}

/** The store type in a name, and the parameter after the colon. An unknown name is `malformed`. */
export function storeNamed(name: string): { readonly type: StoreType; readonly parameter: string } {
  const colon = name.indexOf(':')
  const [word, parameter] = colon < 0 ? [name, ''] : [name.slice(0, colon), name.slice(colon + 1)]
  const type = storeTypes.find((one) => one.name === word && fits(one, colon >= 0))
  if (type !== undefined) return { type, parameter }
  const meant = closest(name, storeNames)
  throw new Failure('malformed', `there is no store named ${name}`, {
    hints: [...(meant === undefined ? [] : [hint`did you mean ${meant}`]), hint`the stores are: ${storeNames}`],
  })
}

function fits({ parameter, withoutParameter }: StoreType, hasColon: boolean): boolean {
  return hasColon ? parameter !== undefined : parameter === undefined || withoutParameter === true
}

/** Whether a store type keeps this in another store to open its own with it. */
export function isKeyOfStore(place: Place): boolean {
  return storeTypes.some((type) => type.isOwnKey?.(place) === true)
}

/** The name of the platform's own keychain store. */
export function keychainName(platform: string): string {
  return storeTypes.find((type) => type.isSystemKeychain?.(platform) === true)?.name ?? fallback.name
}

/** Other programs' items with these attributes in the system's keychain; `unsupported` if it cannot be searched. */
export async function foreignItems(
  settings: StoreSettings,
  machine: Machine,
  asker: Asker,
  searches: readonly Readonly<Record<string, string>>[],
): Promise<readonly ForeignItem[]> {
  const context: StoreContext = { machine, settings, parameter: '' }
  for (const type of storeTypes) {
    if (type.isSystemKeychain?.(machine.platform) !== true) continue
    const found = await type.foreignItems?.(context, asker, searches)
    if (found !== undefined) return found
  }
  throw new Failure('unsupported', "the items of other programs cannot be listed in this system's keychain")
}

const toChoose = hint`to use another store: credbridge use vault`

/**
 * The stores that a person chooses from where there is no keychain, each with its reason and the command that chooses
 * it. None: the vault is used.
 */
export function offeredStores(machine: Machine): readonly Hint[] {
  const offers = storeTypes.flatMap((type) => type.offer?.(machine) ?? [])
  const here = hint`to keep secrets on this side only (encrypted files, opened by a key file): credbridge use ${fallback.name}`
  return offers.length === 0 ? [] : [...offers, here]
}

/** Settles on a store, as the first save would, if none is settled or configured. */
export async function settleNow(settings: StoreSettings, machine: Machine, asker: Asker): Promise<void> {
  if (inUse(settings, machine).because !== 'not settled') return
  await (await unsettled(settings, machine)).settled(asker)
}

const fallback = storeTypes.find(({ insteadOfKeychain }) => insteadOfKeychain !== undefined) ?? noFallback()

async function unsettled(
  settings: StoreSettings,
  machine: Machine,
  withoutKeychain: 'vault' | 'failure' = 'vault',
): Promise<SettlingStore> {
  const opened = (name: string) => openStore(name, settings, machine)
  return settlingStore({
    keychain: await opened(keychainName(machine.platform)),
    ...(withoutKeychain === 'vault' ? { vault: () => opened(fallback.name) } : {}),
    choice: () => undecided(offeredStores(machine)),
    toChoose,
    async settle(store) {
      const earlier = await settleFirst(store.name, machine)
      if (earlier !== undefined) return earlier === store.name ? store : opened(earlier)
      if (store.name === fallback.name && fallback.insteadOfKeychain !== undefined)
        await machine.say(`${fallback.insteadOfKeychain}; ${wayBack(machine)}`)
      return store
    },
  })
}

function undecided(offers: readonly Hint[]): Failure | undefined {
  if (offers.length === 0) return undefined
  return new Failure('unavailable', 'there is no keychain here, and more than one other place for secrets', {
    hints: offers,
  })
}

/** For a desktop that was not running, or a wallet that was not made yet, when the vault was settled on. */
function wayBack({ platform }: Machine): Hint {
  return hint`once there is one: credbridge use ${keychainName(platform)} --move`
}

/** Another machine decides: it knows nothing of what other stores here have. */
function onlyAlone(name: string): Failure {
  return new Failure('malformed', `the ${name} store is used alone, and the settings name others beside it`, {
    hints: [hint`name it alone, as store in the settings file`],
  })
}

function noFallback(): never {
  throw new Failure('internal', 'there is no store for machines without a keychain')
}
