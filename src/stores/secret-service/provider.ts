import type { Call } from '../../dbus/call.ts'
import { ownerOf } from '../../dbus/call.ts'
import type { Bodies } from '../../dbus/message.ts'
import * as calls from './calls.ts'

/** A program that offers the Secret Service and owns another name besides, which oo7 does not. */
export type Provider = 'gnome-keyring' | 'KWallet' | 'KeePassXC'

/** Calls a method; `undefined` if there is no such object. */
export type Ask = <R extends keyof Bodies>(call: Call<R>) => Promise<Bodies[R] | undefined>

/** The other names that each program owns on the bus. */
const names: readonly (readonly [name: string, provider: Provider])[] = [
  ['org.gnome.keyring', 'gnome-keyring'],
  ['org.kde.ksecretd', 'KWallet'],
  ['org.kde.kwalletd6', 'KWallet'],
  ['org.kde.kwalletd5', 'KWallet'],
  ['org.keepassxc.KeePassXC.MainWindow', 'KeePassXC'],
]

/** The program that offers the Secret Service, by what its connection is called besides; `undefined` if unknown. */
export async function providerOf(ask: Ask): Promise<Provider | undefined> {
  const owner = async (call: Call<'s'>) => (await ask(call))?.[0]
  const [service, ...owners] = await Promise.all(
    [calls.serviceOwner(), ...names.map(([name]) => ownerOf(name))].map(owner),
  )
  return names.find((_, index) => service !== undefined && owners[index] === service)?.[1]
}

/** Where KWallet's own interface is: in ksecretd, and in the daemons of Frameworks 6 and 5. */
const walletPaths = ['/ksecretd', '/modules/kwalletd6', '/modules/kwalletd5']

/**
 * Whether the objects belong to open wallets of KWallet. It calls them locked until a client has unlocked them, and
 * answers `Unlock` with a prompt; for an open wallet that prompt shows no dialog.
 */
export async function areInOpenWallets(ask: Ask, objects: readonly string[]): Promise<boolean> {
  const collections = [...new Set(objects.map(collectionOf))]
  const open = await Promise.all(collections.map((collection) => isInOpenWallet(ask, collection)))
  return !open.includes(false)
}

async function isInOpenWallet(ask: Ask, collection: string): Promise<boolean> {
  const label = (await ask(calls.getLabel(collection)))?.[0]
  if (label?.type !== 's') return false
  const asked = walletPaths.map((path) => ask(calls.isWalletOpen(path, String(label.value))).catch(() => undefined))
  return (await Promise.all(asked)).some((answer) => answer?.[0] === true)
}

/** The collection with this path, or of the item with this path: `/org/freedesktop/secrets/collection/<name>/<item>`. */
function collectionOf(path: string): string {
  return path.split('/').slice(0, 6).join('/')
}
