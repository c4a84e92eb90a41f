import { isFoundFor, type Place, python, type StoredItem } from '../../core/credential.ts'
import { type Endpoint, sameEndpoint } from '../../core/endpoint.ts'
import { decodeItem, serviceOf } from '../../core/item.ts'
import { entryOf, isRowAt, isRowOf, type Row } from './index-file.ts'
import { accountIn, keychainKeyIn, takenBy } from './keychain-key.ts'
import type { Reader } from './reader.ts'

/** The items of the index that the keychain contains, and items that Python's keyring saved without credbridge. */
export async function findIn(
  read: Reader,
  rows: readonly Row[],
  platform: string,
  endpoints: readonly Endpoint[],
  account: string | undefined,
): Promise<readonly StoredItem[]> {
  const asked = endpoints.filter((one, at) => endpoints.findIndex((other) => sameEndpoint(one, other)) === at)
  const known = asked.flatMap((endpoint) =>
    rows
      .filter((row) => isRowAt(row, endpoint) && isFoundFor(account, row))
      .map(({ owner, account, savedAt }) => ({ endpoint, owner, account, savedAt })),
  )
  const services = asked.filter((one) => one.form === 'service' && keychainKeyIn(pythons(one), platform) !== undefined)
  read.prepare([...known.map(serviceOf), ...services.map(({ key }) => key)])
  const found: StoredItem[] = []
  for (const at of known) {
    const value = await valueAt(at, read, platform)
    if (value !== undefined) found.push({ ...decodeItem(at, value), savedAt: at.savedAt })
  }
  for (const service of services) found.push(...(await foreign(read, rows, platform, service, account)))
  for (const endpoint of asked) found.push(...(await read.borrowed(endpoint, account)))
  if (known.length + services.length === 0) await read.probe()
  return found
}

/** The value at a place; `undefined` if there is none, or if the keychain cannot keep an item there. */
async function valueAt(at: Place, read: Reader, platform: string): Promise<string | undefined> {
  const key = keychainKeyIn(at, platform)
  return key === undefined ? undefined : read.value(key.service, key.account)
}

/** Python's items under its own service name that are not in the index. */
async function foreign(
  read: Reader,
  rows: readonly Row[],
  platform: string,
  endpoint: Endpoint,
  account: string | undefined,
): Promise<readonly StoredItem[]> {
  const accounts =
    account === undefined ? (await read.accounts(endpoint.key)).map((name) => accountIn(name, platform)) : [account]
  const found: StoredItem[] = []
  for (const name of new Set(accounts)) {
    const at = pythons(endpoint, name)
    const value = await foreignValue(at, read, rows, platform)
    if (value !== undefined) found.push(decodeItem(at, value))
  }
  return found
}

/** The value at a place of Python's keyring, unless the index has this place or another one with the same key. */
export async function foreignValue(
  at: Place,
  read: Reader,
  rows: readonly Row[],
  platform: string,
): Promise<string | undefined> {
  if (at.owner !== python || rows.some((row) => isRowOf(row, at))) return undefined
  const value = (await valueAt(at, read, platform)) ?? (await withoutAccount(at, read, platform))
  return value === undefined || takenBy(at, rows.map(entryOf), platform) !== undefined ? undefined : value
}

/** Python's own item with an empty account. On macOS only a search finds it; ours has an account that stands for it. */
async function withoutAccount(
  { endpoint, account }: Place,
  read: Reader,
  platform: string,
): Promise<string | undefined> {
  return platform === 'darwin' && account === '' ? read.valueWithoutAccount(endpoint.key) : undefined
}

function pythons(endpoint: Endpoint, account = ''): Place {
  return { endpoint, account, owner: python }
}
