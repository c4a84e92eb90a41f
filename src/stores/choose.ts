import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Owner } from '../core/credential.ts'
import { Failure } from '../core/failure.ts'
import type { Run } from '../core/program.ts'
import type { Store } from '../core/store.ts'
import type { SecretServiceOptions } from './secret-service/store.ts'
import type { StrangersItem } from './secret-service/strangers.ts'
import { sessionBus } from './session-bus.ts'
import { settlingStore } from './settling.ts'

export type KeychainAddon = typeof import('@napi-rs/keyring')

/** What stores need to know of the process, the machine and the person. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: string
  readonly userId: number
  readonly places: { readonly home: string; readonly config: string; readonly data: string; readonly state: string }
  /** The tool that asks, `person` for what people type. */
  readonly tool: Owner
  /** Runs a program by its absolute path. */
  readonly run: Run
  /** The absolute path of a program on PATH. */
  program(name: string): Promise<string | undefined>
  /** The folder of this very installation, links resolved. */
  installedIn(): Promise<string>
  /** The keychain's addon. What it throws means that there is none for this system. */
  addon(): Promise<KeychainAddon>
  /** Somebody can answer a dialog. */
  readonly personPresent: boolean
  /** Sets a variable of this process, for a library that reads it by itself. */
  setVariable(name: string, value: string): void
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
    (await import('./secret-service/store.ts')).secretServiceStore(secretServiceOptions(surroundings, settings)),
  keychain: async (surroundings) => (await import('./keychain/open.ts')).openKeychain(surroundings),
  memory: async () => (await import('./memory.ts')).memoryStore(),
  vault: async ({ places, userId }, { vaultKeyFile }) =>
    (await import('./vault/store.ts')).vaultStore({
      folder: join(places.data, 'vault'),
      keyFile: vaultKeyFile ?? join(places.state, 'vault.key'),
      now: Date.now,
      ...(userId < 0 ? {} : { uid: userId }),
    }),
}

function secretServiceOptions(
  { env, userId, personPresent }: Surroundings,
  { secretServiceSession }: StoreSettings,
): SecretServiceOptions {
  const encrypted = secretServiceSession === 'dh'
  return { address: sessionBus(env), userId, personPresent, owners: [], encrypted }
}

/** What other programs keep in the Secret Service under these attributes; elsewhere than on Linux `unsupported`. */
export async function strangersItems(
  settings: StoreSettings,
  surroundings: Surroundings,
  searches: readonly Readonly<Record<string, string>>[],
): Promise<readonly StrangersItem[]> {
  if (surroundings.platform !== 'linux') throw new Failure('unsupported', 'there is no Secret Service on this system')
  const strangers = await import('./secret-service/strangers.ts')
  return strangers.strangersItems(secretServiceOptions(surroundings, settings), searches)
}

const helperPrefix = 'helper:'

export const storeNames: readonly string[] = Object.keys(openers)

/** The stores in use: those that are set, else the one that was settled, else one that the first save settles. */
export async function openStores(settings: StoreSettings, surroundings: Surroundings): Promise<[Store, ...Store[]]> {
  const names = settings.stores ?? settledName(surroundings)
  const [first, ...rest] = names
  if (first === undefined) return [await unsettled(settings, surroundings)]
  const opened = (name: string) => openStore(name, settings, surroundings)
  return [await opened(first), ...(await Promise.all(rest.map(opened)))]
}

export async function openStore(name: string, settings: StoreSettings, surroundings: Surroundings): Promise<Store> {
  const opener = Object.hasOwn(openers, name) ? openers[name] : undefined
  if (opener !== undefined) return opener(surroundings, settings)
  if (name.startsWith(helperPrefix)) {
    return (await import('./helper.ts')).openHelper(name.slice(helperPrefix.length), surroundings)
  }
  throw new Failure('malformed', `there is no store named ${name}`, {
    hints: [`the stores are: ${storeNames.join(', ')}, ${helperPrefix}<name>`],
  })
}

/** The system's own keychain on this platform. */
export function keychainName(platform: string): string {
  return platform === 'linux' ? 'secret-service' : 'keychain'
}

async function unsettled(settings: StoreSettings, surroundings: Surroundings): Promise<Store> {
  return settlingStore({
    keychain: await openStore(keychainName(surroundings.platform), settings, surroundings),
    vault: () => openStore('vault', settings, surroundings),
    settled(store) {
      settle(store.name, surroundings)
      if (store.name === 'vault') surroundings.say('there is no keychain here; secrets are kept in the encrypted vault')
    },
  })
}

/** Remembers the store in use until somebody says otherwise. */
export function settle(name: string, { places }: Surroundings): void {
  mkdirSync(places.state, { recursive: true, mode: 0o700 })
  const beside = `${settledFile(places.state)}.${Math.random().toString(36).slice(2)}`
  writeFileSync(beside, `${name}\n`, { mode: 0o600 })
  renameSync(beside, settledFile(places.state))
}

/** The store that was settled, as a list of one; empty if none was. */
export function settledName({ places }: Surroundings): readonly string[] {
  try {
    const name = readFileSync(settledFile(places.state), 'utf8').trim()
    return name === '' ? [] : [name]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new Failure('unavailable', 'which store is in use cannot be read', { cause: error })
  }
}

function settledFile(state: string): string {
  return join(state, 'store')
}

/** Where it is, how long it lasts and what it protects against, in one line for a person. */
export function describeStore({ name, traits }: Store): string {
  const lasts = {
    process: 'until this process ends',
    session: 'until you log out',
    reboot: 'until the machine restarts',
    forever: 'until removed',
  }
  return `${name}: kept ${lasts[traits.lasts]}; ${protection[name] ?? 'what it protects against is for its program to say'}`
}

const protection: Readonly<Record<string, string>> = {
  memory: 'for tests only',
  keychain: "protects against whoever reads the disk, not against your own account's programs",
  'secret-service': "protects against whoever reads the disk, not against your own account's programs",
  vault: 'protects against whoever reads the vault without what unlocks it (credbridge vault status)',
}
