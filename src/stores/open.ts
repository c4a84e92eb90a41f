import { closest } from '../core/did-you-mean.ts'
import { Failure } from '../core/failure.ts'
import { isFar } from '../core/far-store.ts'
import { hint } from '../core/hint.ts'
import type { Store } from '../core/store.ts'
import type { ClientMachine } from '../system/machine.ts'
import { storeTypes } from './index.ts'
import { settledName } from './settled.ts'
import type { StoreContext, StoreSettings, StoreType } from './store-type.ts'

/** The names of the stores that a person can choose. */
export function storeNames(): readonly string[] {
  return storeTypes
    .filter(({ canBeSettled }) => canBeSettled)
    .flatMap(({ name, parameter, withoutParameter }) => [
      ...(parameter === undefined || withoutParameter === true ? [name] : []),
      ...(parameter === undefined ? [] : [`${name}:${parameter}`]),
    ])
}

/** The stores in use, and where that is configured. */
export interface InUse {
  /** In the order in which they are read; saves go to the first. Empty: the first save settles on one. */
  readonly names: readonly string[]
  readonly because: 'environment' | 'settings' | 'settled' | 'not settled'
}

/** The configured stores, else the settled one, else none. */
export function inUse({ stores }: StoreSettings, machine: Pick<ClientMachine, 'env' | 'folders' | 'userId'>): InUse {
  const named = (machine.env['CREDBRIDGE_STORE'] ?? '') !== ''
  if (stores !== undefined) return { names: stores, because: named ? 'environment' : 'settings' }
  const settled = settledName(machine)
  return settled === undefined ? { names: [], because: 'not settled' } : { names: [settled], because: 'settled' }
}

/** Opens the stores in use. `withoutKeychain`: what to use if none is settled and there is no keychain. */
export async function openStores(
  settings: StoreSettings,
  machine: ClientMachine,
  withoutKeychain: 'vault' | 'failure' = 'vault',
): Promise<[Store, ...Store[]]> {
  const { names, because } = inUse(settings, machine)
  const [first, ...rest] = names
  if (first === undefined) {
    const { unsettledStore } = await import('./unsettled.ts')
    return [await unsettledStore((name) => openStore(name, settings, machine), machine, withoutKeychain)]
  }
  const opened = (name: string) => openAll(name, settings, machine)
  if (because === 'settled') return (await import('./settled-stores.ts')).settledStores(first, () => opened(first))
  const [[leading, ...further], ...others] = await Promise.all([opened(first), ...rest.map(opened)])
  const stores: [Store, ...Store[]] = [leading, ...further, ...others.flat()]
  const far = stores.find(isFar)
  if (far !== undefined && stores.length > 1) throw onlyAlone(far.name)
  return stores
}

/** The stores that a name stands for: of some types several. */
async function openAll(
  name: string,
  settings: StoreSettings,
  machine: ClientMachine,
): Promise<readonly [Store, ...Store[]]> {
  const { type, parameter } = storeNamed(name)
  const context = contextFor(parameter, settings, machine)
  return parameter === '' && type.openAll !== undefined ? type.openAll(context) : [await type.open(context)]
}

/** Opens a store by its name. An unknown name is `malformed`. */
export async function openStore(name: string, settings: StoreSettings, machine: ClientMachine): Promise<Store> {
  const { type, parameter } = storeNamed(name)
  return type.open(contextFor(parameter, settings, machine))
}

function contextFor(parameter: string, settings: StoreSettings, machine: ClientMachine): StoreContext {
  return { machine, settings, parameter, openStore: (other) => openStore(other, settings, machine) }
}

/** The store type in a name, and the parameter after the colon. An unknown name is `malformed`. */
export function storeNamed(name: string): { readonly type: StoreType; readonly parameter: string } {
  const colon = name.indexOf(':')
  const [word, parameter] = colon < 0 ? [name, ''] : [name.slice(0, colon), name.slice(colon + 1)]
  const type = storeTypes.find((one) => one.name === word && fits(one, colon >= 0))
  if (type !== undefined) return { type, parameter }
  const names = storeNames()
  const meant = closest(name, names)
  throw new Failure('malformed', `there is no store named ${name}`, {
    hints: [...(meant === undefined ? [] : [hint`did you mean ${meant}`]), hint`the stores are: ${names}`],
  })
}

function fits({ parameter, withoutParameter }: StoreType, hasColon: boolean): boolean {
  return hasColon ? parameter !== undefined : parameter === undefined || withoutParameter === true
}

/** Another machine decides: it knows nothing of what other stores here have. */
function onlyAlone(name: string): Failure {
  return new Failure('malformed', `the ${name} store is used alone, and the settings name others beside it`, {
    hints: [hint`name it alone, as store in the settings file`],
  })
}
