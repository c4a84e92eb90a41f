import {
  type Credential,
  type Entry,
  isCredential,
  isOfAccount,
  ourselves,
  person,
  type StoredItem,
} from '../core/credential.ts'
import { Failure } from '../core/failure.ts'
import { grantOf } from '../core/grant.ts'
import { type Hint, hint, placeWords } from '../core/hint.ts'
import type { Store } from '../core/store.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { Found } from '../sign-in/probe.ts'
import type { Rotation } from '../sign-in/provider.ts'
import { hostOfBase } from '../sign-in/provider.ts'
import { accountsOf, shownAccount } from './arguments.ts'
import type { NamedPlace } from './place.ts'

/** What is to be rotated, and where it is kept. */
export interface Rotatable {
  readonly store: Store
  readonly item: StoredItem<Credential>
}

/** Whether it may be a token that a provider can replace. */
export function canRotate({ endpoint, kind }: Entry): boolean {
  return endpoint.form === 'address' && ['basic', 'bearer', 'token'].includes(kind)
}

/**
 * The credential that a person means: their own, else the one that a tool saved. `undefined`: nothing is kept. What
 * cannot be rotated is `unsupported`, with the command that helps.
 */
export async function rotatableAt(
  { engine, asker }: CliContext,
  { endpoint, account }: NamedPlace,
): Promise<Rotatable | undefined> {
  const all: Rotatable[] = []
  for (const store of await engine.stores()) {
    const items = (await store.find(asker, [endpoint], account)).filter(isCredential)
    const meant = items.filter((item) => item.owner !== ourselves && isOfAccount(account, item))
    all.push(...meant.map((item) => ({ store, item })))
  }
  const accounts = accountsOf(all.map(({ item }) => item))
  if (accounts.length > 1) {
    throw new Failure('ambiguous', 'there are several accounts', {
      hints: accounts.map((one) => hint`credbridge rotate ${placeWords(endpoint, one)}`),
    })
  }
  const own = all.find(({ item }) => item.owner === person)
  const [first, ...others] = own === undefined ? all : [own]
  if (first === undefined) return undefined
  if (others.some(({ item }) => !item.secret.equals(first.item.secret))) {
    const owners = all.map(({ item }) => item.owner).join(' and ')
    throw new Failure('ambiguous', `${owners} keep different secrets, and rotate changes one`, {
      hints: [hint`to set one for all: credbridge set ${placeWords(endpoint, first.item.account)}`],
    })
  }
  refuseOthers(first.item)
  return first
}

/** Refuses what is renewed in another way, or is no token. */
function refuseOthers(item: Credential): void {
  const { endpoint, account, kind, owner, refreshToken } = item
  const words = placeWords(endpoint, account)
  const who = `${shownAccount(account)} at ${endpoint.key}`
  const no = (says: string, instead: Hint) => new Failure('unsupported', says, { hints: [instead] })
  if (kind === 'minted') {
    throw no(`a command prints the secret of ${who} anew`, hint`to keep another secret: credbridge set ${words}`)
  }
  if (kind === 'token' && grantOf(item).renewal !== undefined) {
    throw no(`credbridge renews the sign-in of ${who} itself`, hint`to sign in anew: credbridge login ${words}`)
  }
  if (refreshToken !== undefined) {
    throw no(`${owner} renews the sign-in of ${who} itself`, hint`to sign in anew: credbridge login ${words}`)
  }
  if (!canRotate(item)) {
    throw no(`what is kept for ${who} is no token of a provider`, hint`to keep a new one: credbridge set ${words}`)
  }
}

/** How the provider rotates a token. `unsupported` if it does not, with the command that helps. */
export function rotationAt(item: Credential, found: Found | undefined): Rotation {
  const rotation = found?.provider.rotates?.(found.base)
  if (found !== undefined && rotation !== undefined) return rotation
  const hints = [anewFor(item)]
  if (found === undefined) {
    throw new Failure('unsupported', `${item.endpoint.key} does not say how a token is rotated there`, { hints })
  }
  const { provider, base } = found
  const says = `${hostOfBase(base)} is ${provider.title}, which lets no program rotate a token`
  throw new Failure('unsupported', says, { hints })
}

/** How a person keeps another token in place of this one. */
export function anewFor({ endpoint, account, kind }: Credential): Hint {
  const words = placeWords(endpoint, account)
  if (kind === 'token') return hint`to make a new one there and keep it: credbridge login --token ${words}`
  return hint`to keep a new one: credbridge set ${words}`
}
