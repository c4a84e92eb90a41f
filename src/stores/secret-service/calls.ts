import { addMatch, type Call, ownerOf, watchOwner } from '../../dbus/call.ts'
import type { Bodies } from '../../dbus/message.ts'
import type { Value, Variant } from '../../dbus/value.ts'

/* The calls that credbridge makes: https://specifications.freedesktop.org/secret-service-spec/latest/ */

/** The path that means no object: no default collection, or no prompt needed. */
export const nothing = '/'

/** oo7's error for an item that was removed meanwhile, and for every failure without a name of its own. */
export const catchAll = 'org.freedesktop.zbus.Error'

/** A secret as it is sent over the bus. */
export type WireSecret = readonly [session: string, parameters: Uint8Array, value: Uint8Array, contentType: string]

export type Attributes = ReadonlyMap<string, string>

const name = 'org.freedesktop.secrets'
const service = '/org/freedesktop/secrets'
const secret = 'org.freedesktop.Secret'
const properties = 'org.freedesktop.DBus.Properties'

export const openSession = (algorithm: string, input: Variant) =>
  onService('OpenSession', 'sv', [algorithm, input], 'vo')
export const searchItems = (attributes: Attributes) => onService('SearchItems', 'a{ss}', [attributes], 'aoao')
/** KWallet and oo7 refuse the whole call if one of the items does not exist. */
export const getSecrets = (items: readonly string[], session: string) => ({
  ...onService('GetSecrets', 'aoo', [items, session], 'a{o(oayays)}'),
  absent: ['org.freedesktop.DBus.Error.InvalidArgs', catchAll],
})
export const unlock = (objects: readonly string[]) => onService('Unlock', 'ao', [objects], 'aoo')
export const readAlias = (alias: string) => onService('ReadAlias', 's', [alias], 'o')
export const createCollection = (label: string, alias: string) =>
  onService('CreateCollection', 'a{sv}s', [new Map([property('Collection', 'Label', 's', label)]), alias], 'oo')
export const getCollections = () => get(service, 'Service', 'Collections')
export const getLocked = (collection: string) => get(collection, 'Collection', 'Locked')
export const getLabel = (collection: string) => get(collection, 'Collection', 'Label')
export const getItems = (collection: string) => get(collection, 'Collection', 'Items')

/** Without `replace`: gnome-keyring replaces any program's item that has at least these attributes. */
export const createItem = (collection: string, label: string, attributes: Attributes, value: WireSecret) =>
  onSecrets(
    collection,
    `${secret}.Collection`,
    'CreateItem',
    'a{sv}(oayays)b',
    [
      new Map([property('Item', 'Label', 's', label), property('Item', 'Attributes', 'a{ss}', attributes)]),
      value,
      false,
    ],
    'oo',
  )

export const getItem = (path: string) => onSecrets(path, properties, 'GetAll', 's', [`${secret}.Item`], 'a{sv}')
export const setSecret = (path: string, value: WireSecret) =>
  onSecrets(path, `${secret}.Item`, 'SetSecret', '(oayays)', [value], '')
export const deleteItem = (path: string) => onSecrets(path, `${secret}.Item`, 'Delete', undefined, [], 'o')

export const startPrompt = (path: string) => onSecrets(path, `${secret}.Prompt`, 'Prompt', 's', [''], '')
export const dismissPrompt = (path: string) => onSecrets(path, `${secret}.Prompt`, 'Dismiss', undefined, [], '')

/** The bus forwards only signals of the Secret Service itself. `watchName` reports its end. */
export const watchPrompts = () =>
  addMatch(`type='signal',sender='${name}',interface='${secret}.Prompt',member='Completed'`)
export const watchName = () => watchOwner(name)

/** The connection of the Secret Service itself. */
export const serviceOwner = () => ownerOf(name)

/** KWallet's own interface, on the connection that offers the Secret Service. */
export const isWalletOpen = (path: string, wallet: string) =>
  onSecrets(path, 'org.kde.KWallet', 'isOpen', 's', [wallet], 'b')

function get(path: string, of: 'Service' | 'Collection', what: string): Call<'v'> {
  return onSecrets(path, properties, 'Get', 'ss', [`${secret}.${of}`, what], 'v')
}

function property(of: 'Item' | 'Collection', what: string, type: string, value: Value): [string, Variant] {
  return [`${secret}.${of}.${what}`, { type, value }]
}

function onService<R extends keyof Bodies>(
  member: string,
  signature: string,
  body: readonly Value[],
  reply: R,
): Call<R> {
  return onSecrets(service, `${secret}.Service`, member, signature, body, reply)
}

function onSecrets<R extends keyof Bodies>(
  path: string,
  on: string,
  member: string,
  signature: string | undefined,
  body: readonly Value[],
  reply: R,
): Call<R> {
  const typed = signature === undefined ? {} : { signature }
  return { destination: name, path, interface: on, member, ...typed, body, reply }
}
