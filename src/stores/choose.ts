import { existsSync } from 'node:fs'
import type { Owner, Place } from '../core/credential.ts'
import { Failure } from '../core/failure.ts'
import type { Secret } from '../core/secret.ts'
import type { Store } from '../core/store.ts'
import { sessionBus } from '../dbus/session-bus.ts'
import type { Run } from '../system/child.ts'
import type { ConnectSocket } from '../system/unix-socket.ts'
import { indexFileIn } from './keychain/place.ts'
import type { StrangersItem } from './secret-service/foreign-items.ts'
import type { SecretServiceOptions } from './secret-service/store.ts'
import { settledName, settleFirst } from './settled.ts'
import { type SettlingStore, settledStore, settlingStore } from './settling.ts'

export type KeychainAddon = typeof import('@napi-rs/keyring')

/** What stores need to know of the process, the machine and the person. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: string
  readonly userId: number
  /** This process's number. */
  readonly processId?: number
  readonly places: { readonly home: string; readonly config: string; readonly data: string; readonly state: string }
  /** The tool that asks, `person` for what people type. */
  readonly tool: Owner
  /** Runs a program by its absolute path. */
  readonly run: Run
  /** The absolute path of a program on PATH. */
  program(name: string): Promise<string | undefined>
  /** Whether this path leads to a command of ours. */
  isOurs(path: string): Promise<boolean>
  /** The keychain's addon. What it throws means that there is none for this system. */
  addon(): Promise<KeychainAddon>
  /** How to reach a Unix socket. */
  connector(): Promise<ConnectSocket>
  /** Somebody can answer a dialog. */
  readonly personPresent: boolean
  /** Sets a variable of this process, for a library that reads it by itself. */
  setVariable(name: string, value: string): void
  /** Asks the person on the terminal, without echo; absent where nobody is to be asked. Nobody there: `refused`. */
  readonly ask?: (question: string) => Promise<Secret>
  /** What the file with this descriptor holds, however often it is read; `undefined` if it is none. */
  readDescriptor(descriptor: number): string | undefined
  /** Says one line to the person, on standard error. */
  say(line: string): void
}

/** The part of the settings that stores look at. */
export interface StoreSettings {
  readonly stores: readonly string[] | undefined
  readonly vaultKeyFile: string | undefined
  readonly secretServiceSession: 'plain' | 'dh'
}

type Opener = (surroundings: Surroundings, settings: StoreSettings) => Promise<Store>

/** Every store there is, by its name in the settings. */
const openers: Readonly<Record<string, Opener>> = {
  'secret-service': async (surroundings, settings) =>
    (await import('./secret-service/store.ts')).secretServiceStore(await secretServiceOptions(surroundings, settings)),
  keychain: async (surroundings) => (await import('./keychain/open.ts')).openKeychain(surroundings),
  memory: async () => (await import('./memory/store.ts')).memoryStore(),
  vault: async (surroundings, settings) => (await import('./vault/open-store.ts')).openVault(settings, surroundings),
}

async function secretServiceOptions(
  surroundings: Surroundings,
  { secretServiceSession }: StoreSettings,
): Promise<SecretServiceOptions> {
  const { env, userId, personPresent, tool } = surroundings
  const encrypted = secretServiceSession === 'dh'
  const [connect, before] = await Promise.all([surroundings.connector(), keptByKeychain(surroundings)])
  return { address: sessionBus(env), connect, userId, personPresent, encrypted, known: { asking: tool, before } }
}

/** What the `keychain` store wrote on this machine: it lies in the same Secret Service, and says only service and user. */
async function keptByKeychain({ places, userId }: Surroundings): Promise<readonly Place[]> {
  const file = indexFileIn(places.data)
  if (!existsSync(file)) return []
  const { entryOf, readIndex } = await import('./keychain/index-file.ts')
  return readIndex({ file, userId }).map(entryOf)
}

/** What other programs keep in the Secret Service under these attributes; elsewhere than on Linux `unsupported`. */
export async function strangersItems(
  settings: StoreSettings,
  surroundings: Surroundings,
  searches: readonly Readonly<Record<string, string>>[],
): Promise<readonly StrangersItem[]> {
  if (surroundings.platform !== 'linux') throw new Failure('unsupported', 'there is no Secret Service on this system')
  const strangers = await import('./secret-service/foreign-items.ts')
  return strangers.strangersItems(await secretServiceOptions(surroundings, settings), searches)
}

const helperPrefix = 'helper:'

/** The stores that a person can settle on; what the one in memory keeps ends with each command. */
export const storeNames: readonly string[] = Object.keys(openers).filter((name) => name !== 'memory')

/** Which stores are in use and who said so. */
export interface InUse {
  /** In the order in which they are read; the first takes what is saved. None: the first save settles it. */
  readonly names: readonly string[]
  readonly because: 'environment' | 'settings' | 'settled' | 'not settled'
}

/** Those that are set, else the one that was settled, else one that the first save settles. */
export function inUse({ stores }: StoreSettings, surroundings: Surroundings): InUse {
  const named = (surroundings.env['CREDBRIDGE_STORE'] ?? '') !== ''
  if (stores !== undefined) return { names: stores, because: named ? 'environment' : 'settings' }
  const settled = settledName(surroundings)
  return settled === undefined ? { names: [], because: 'not settled' } : { names: [settled], because: 'settled' }
}

export async function openStores(settings: StoreSettings, surroundings: Surroundings): Promise<[Store, ...Store[]]> {
  const { names, because } = inUse(settings, surroundings)
  const [first, ...rest] = names
  if (first === undefined) return [await unsettled(settings, surroundings)]
  if (because === 'settled')
    return [await settledStore(first, () => openStore(first, settings, surroundings), toChoose)]
  const opened = (name: string) => openStore(name, settings, surroundings)
  return [await opened(first), ...(await Promise.all(rest.map(opened)))]
}

export async function openStore(name: string, settings: StoreSettings, surroundings: Surroundings): Promise<Store> {
  const opener = Object.hasOwn(openers, name) ? openers[name] : undefined
  if (opener !== undefined) return opener(surroundings, settings)
  if (name.startsWith(helperPrefix)) {
    return (await import('./helper/store.ts')).openHelper(name.slice(helperPrefix.length), surroundings)
  }
  throw new Failure('malformed', `there is no store named ${name}`, {
    hints: [`the stores are: ${storeNames.join(', ')}, ${helperPrefix}<name>`],
  })
}

/** The system's own keychain on this platform. */
export function keychainName(platform: string): string {
  return platform === 'linux' ? 'secret-service' : 'keychain'
}

const toChoose = 'to settle on another store: credbridge use vault'

/** Settles on a store as the first save would, if nothing says yet which it is. */
export async function settleNow(settings: StoreSettings, surroundings: Surroundings): Promise<void> {
  if (inUse(settings, surroundings).because === 'not settled') await (await unsettled(settings, surroundings)).settled()
}

async function unsettled(settings: StoreSettings, surroundings: Surroundings): Promise<SettlingStore> {
  const opened = (name: string) => openStore(name, settings, surroundings)
  return settlingStore({
    keychain: await opened(keychainName(surroundings.platform)),
    vault: () => opened('vault'),
    toChoose,
    async settle(store) {
      const earlier = await settleFirst(store.name, surroundings)
      if (earlier !== undefined) return earlier === store.name ? store : opened(earlier)
      if (store.name === 'vault') surroundings.say(vaultIsUsed)
      return store
    },
  })
}

const vaultIsUsed =
  'there is no keychain here: secrets are kept in the encrypted vault from now on (what that protects: credbridge doctor)'
