import { type Credential, isCredential, python } from '../core/credential.ts'
import { serviceName } from '../core/endpoint.ts'
import { isFailure } from '../core/failure.ts'
import type { ForeignItem } from '../core/foreign-item.ts'
import { Secret } from '../core/secret.ts'
import { ArgumentTypeError } from './arguments.ts'
import { named } from './errors.ts'
import type { Asked } from './passwords.ts'

/*
 * The functions of keytar 7.9, with its results and its errors (lib/keytar.js, src/main.cc). Items are those of the
 * library: the service verbatim, the account, the bare text. On macOS keytar wrote the same items. On Linux keytar's
 * items have the attribute `account` instead of `username`. They are read if credbridge has no item, and the next save
 * replaces them.
 */

/** The five functions of keytar. */
export interface Keytar {
  /** The password; `null` if there is none. */
  getPassword(service: string, account: string): Promise<string | null>
  /** Saves the password as the only one for this service and account. */
  setPassword(service: string, account: string, password: string): Promise<void>
  /** Deletes the password; `false` if there was none. */
  deletePassword(service: string, account: string): Promise<boolean>
  /** A password of any account; `null` if there is none. */
  findPassword(service: string): Promise<string | null>
  /** All accounts and their passwords, in the order of the accounts. */
  findCredentials(service: string): Promise<Array<{ account: string; password: string }>>
}

export interface KeytarStores {
  readonly broker: Asked
  /** The accounts of all items with this service name. */
  accountsAt(service: string): Promise<readonly string[]>
  /** Other programs' items with these attributes. */
  foreignItems(attributes: Readonly<Record<string, string>>): Promise<readonly ForeignItem[]>
}

const kinds = ['text', 'basic'] as const
const schema = { 'xdg:schema': 'org.freedesktop.Secret.Generic' }

export function keytarOver(open: () => Promise<KeytarStores>): Keytar {
  const opened = <T>(work: (stores: KeytarStores) => Promise<T>) => named(async () => work(await open()))

  async function get({ broker, foreignItems }: KeytarStores, service: string, account: string): Promise<string | null> {
    const own = await broker.find({ tool: python, kinds, endpoints: [serviceName(service)], account })
    if (own !== undefined) return own.credential.secret.expose()
    const [left] = await keytars(foreignItems, service, account)
    return left === undefined ? null : textOf(left)
  }

  async function set({ broker, foreignItems }: KeytarStores, item: Credential): Promise<void> {
    await broker.save(item)
    for (const left of await keytars(foreignItems, item.endpoint.key, item.account)) await left.remove()
  }

  /** Removes keytar's items first. If it is interrupted, the older secret must not be the one that is left. */
  async function remove({ broker, foreignItems }: KeytarStores, service: string, account: string): Promise<boolean> {
    const left = await keytars(foreignItems, service, account)
    for (const item of left) await item.remove()
    const removed = await broker.remove({ tool: python, kinds, endpoint: serviceName(service), account })
    return removed || left.length > 0
  }

  async function all(stores: KeytarStores, service: string): Promise<Array<{ account: string; password: string }>> {
    const left = await keytars(stores.foreignItems, service)
    const accounts = new Set([...(await stores.accountsAt(service)), ...left.map(accountOf)])
    const found = await Promise.all(
      [...accounts].sort().map(async (account) => ({ account, password: await get(stores, service, account) })),
    )
    return found.flatMap(({ account, password }) => (password === null ? [] : [{ account, password }]))
  }

  async function any(stores: KeytarStores, service: string): Promise<string | null> {
    const lookup = { tool: python, kinds, endpoints: [serviceName(service)] }
    const own = await stores.broker.find(lookup).catch((error) => {
      if (isFailure(error) && error.code === 'ambiguous') return undefined
      throw error
    })
    return own?.credential.secret.expose() ?? (await all(stores, service))[0]?.password ?? null
  }

  return {
    getPassword(service, account) {
      check({ service, account })
      return opened((stores) => get(stores, service, account))
    },
    setPassword(service, account, password) {
      check({ service, account, password })
      return opened((stores) => {
        const secret = new Secret(password)
        return set(stores, { endpoint: serviceName(service), account, owner: python, kind: 'text', secret })
      })
    },
    deletePassword(service, account) {
      check({ service, account })
      return opened((stores) => remove(stores, service, account))
    },
    findPassword(service) {
      check({ service })
      return opened((stores) => any(stores, service))
    },
    findCredentials(service) {
      check({ service })
      return opened((stores) => all(stores, service))
    },
  }
}

/** The accounts that have a password among these items, each once. */
export function accountsOf(items: readonly Parameters<typeof isCredential>[0][]): readonly string[] {
  const passwords = items.filter(isCredential).filter(({ kind }) => (kinds as readonly string[]).includes(kind))
  return [...new Set(passwords.map(({ account }) => account))]
}

async function keytars(
  foreignItems: KeytarStores['foreignItems'],
  service: string,
  account?: string,
): Promise<readonly ForeignItem[]> {
  const found = await foreignItems({ ...schema, service, ...(account === undefined ? {} : { account }) })
  return found.filter(({ attributes }) => attributes['account'] !== undefined)
}

function textOf({ secret }: ForeignItem): string {
  if (isFailure(secret)) throw secret
  return secret.expose()
}

function accountOf({ attributes }: ForeignItem): string {
  return attributes['account'] ?? ''
}

/** Throws synchronously like keytar, and reports a missing argument before one of the wrong type. */
function check(given: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(given)) {
    if (!value) throw new Error(`${name.charAt(0).toUpperCase()}${name.slice(1)} is required.`)
  }
  for (const [name, value] of Object.entries(given)) {
    const known = name === 'account' ? 'username' : name
    if (typeof value !== 'string') throw new ArgumentTypeError(`Parameter '${known}' must be a string`)
  }
}
