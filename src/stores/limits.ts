import { hasExtras, type Item, isCredential } from '../core/credential.ts'
import { encodeItem } from '../core/encode-item.ts'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import type { Traits } from '../core/store.ts'

/** Throws `unsupported` or `too-large` for an item that a store with these traits cannot keep completely. */
export function refuseBeyond(traits: Traits, store: string, item: Item): void {
  if (traits.elsewhere === true && renews(item)) throw unsupported(store, 'nothing that renews itself')
  if (!traits.extras && !isBare(item)) throw unsupported(store, 'only one password for each account')
  if (traits.elsewhere === true && item.kind === 'minted') throw withoutCommands(store)
  if (!traits.emptySecret && isCredential(item) && item.kind !== 'minted' && item.secret.expose() === '') {
    throw unsupported(store, 'no empty secrets')
  }
  if (traits.largest !== undefined && Buffer.byteLength(encodeItem(item)) > traits.largest) {
    throw new Failure('too-large', `the ${store} store takes at most ${traits.largest} bytes`)
  }
}

/** Whoever reads the item elsewhere could use up its refresh token. */
function renews(item: Item): boolean {
  return isCredential(item) && item.kind === 'token' && item.refreshToken !== undefined
}

function isBare(item: Item): boolean {
  return isCredential(item) && item.kind === 'basic' && !hasExtras(item)
}

/** A command is approved on one machine, and others may not have its program. */
function withoutCommands(store: string): Failure {
  return new Failure('unsupported', `the ${store} store keeps no command that prints a secret`, {
    hints: [hint`to keep it on this machine, name a store of it first in the settings: stores = ["vault", "${store}"]`],
  })
}

function unsupported(store: string, what: string): Failure {
  return new Failure('unsupported', `the ${store} store keeps ${what}`)
}
