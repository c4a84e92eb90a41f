import type { BrokerParts } from './broker-parts.ts'
import { copiesEndpoint } from './copies-endpoint.ts'
import type { Credential, Item, NoteItem, Owner, StoredItem } from './credential.ts'
import {
  gitManager,
  hasExpired,
  isCredential,
  isNote,
  ourselves,
  person,
  python,
  pythonNotes,
  toolOf,
} from './credential.ts'
import { type Endpoint, hostAndPort, sameEndpoint, serviceName, withParents } from './endpoint.ts'
import { renewsItself } from './grant.ts'
import { pythonServices } from './python-services.ts'
import { samePlace, sameValue } from './same.ts'
import { type SaveResult, sharedNote, withMembersOf } from './save.ts'
import { saveNote } from './save-note.ts'
import { saveVerified } from './save-verified.ts'
import { covers } from './selection.ts'

/** The effects of `credbridge set`. */
export interface SetResult {
  readonly result: SaveResult
  /** The tools whose own credential for this account was removed. They get this one now. */
  readonly ended: readonly Owner[]
  /** The services whose Python item received the new secret. */
  readonly updated: readonly string[]
  /** The services where Python has another secret for this account. Some of its lookups find that one first. */
  readonly untouched: readonly string[]
  /** Whether a former credential can be restored: beside the new one, or only `instead` of it. */
  readonly restorable: 'no' | 'beside' | 'instead'
  /** The tools whose use of this account had ended and is resumed. */
  readonly resumed: readonly Owner[]
  /** The endpoint has other accounts, and this one became the default. */
  readonly isNowDefault: boolean
  /** It replaced a command that prints the secret (core/minted.ts). */
  readonly replacedCommand: boolean
}

const nothing: SetResult = {
  result: 'unchanged',
  ended: [],
  updated: [],
  untouched: [],
  restorable: 'no',
  resumed: [],
  isNowDefault: false,
  replacedCommand: false,
}

/**
 * Rule 4 of docs/architecture.md: a person's credential takes precedence. Every tool's own credential for this endpoint
 * and account is removed and can be restored. Python's own item receives the new secret. Notes that ended a tool's use
 * are removed. If the endpoint has other accounts, this one becomes the default.
 */
export async function setByPerson(parts: BrokerParts, credential: Credential): Promise<SetResult> {
  const { stores, asker, now } = parts
  const [first] = stores
  if (hasExpired(credential, now()) && !renewsItself(credential)) return { ...nothing, result: 'expired' }
  const there = await first.find(asker, [credential.endpoint], credential.account)
  const isToken = there.some((item) => item.kind === 'token' && samePlace(item, credential))
  // A token must not be renewed meanwhile: its copy would have a refresh token that is used up.
  if (isToken) return first.alone(asker, credential, () => setNow(parts, credential))
  return setNow(parts, credential)
}

async function setNow(parts: BrokerParts, credential: Credential): Promise<SetResult> {
  const { stores, asker, restorable } = parts
  const [first] = stores
  const { endpoint, account } = credential
  const wider = widerServices(endpoint)
  const found = await first.find(asker, [endpoint, ...pythonServices(endpoint), ...wider, copiesEndpoint])
  const items = found.filter((item) => sameEndpoint(item.endpoint, endpoint))
  const ofAccount = found.filter(isCredential).filter((item) => item.account === account)
  const before = ofAccount.find((item) => samePlace(item, credential))
  const isWider = (item: Item) => wider.some((one) => sameEndpoint(one, item.endpoint))
  const pythons = ofAccount.filter((item) => item.owner === python && !isWider(item))
  const tools = ofAccount.filter((item) => sameEndpoint(item.endpoint, endpoint) && isTool(item.owner))
  const takesText = credential.kind === 'basic' || credential.kind === 'text'
  const updated = takesText ? pythons.filter((item) => !item.secret.equals(credential.secret)) : []
  const ending = [...tools, ...(takesText ? [] : pythons)]
  const isNew = before === undefined || !sameValue(before, credential)
  const replaced = [...(before !== undefined && isNew ? [before] : []), ...updated]

  let isRestorable = false
  for (const item of [...ending, ...replaced]) isRestorable = (await restorable.keep(item, 'replaced')) || isRestorable
  if (isNew) await saveVerified(first, asker, withMembersOf(before, credential), items, {})
  for (const item of updated) await saveVerified(first, asker, { ...item, secret: credential.secret }, found, {})
  for (const item of ending) await endOwn(parts, item)
  const lifted = found.filter(isNote).filter((note) => covers(note, account) && !isWider(note))
  for (const note of lifted) await first.remove(asker, note)
  const isNowDefault = await makeDefault(parts, credential, items)
  const changed = isNew || ending.length + updated.length + lifted.length > 0 || isNowDefault
  if (changed) await restorable.sweep(found)
  return {
    result: changed ? 'saved' : 'unchanged',
    ended: [...new Set(ending.map(({ owner }) => owner))].sort(),
    updated: updated.map((item) => item.endpoint.key),
    untouched: ofAccount
      .filter((item) => item.owner === python && isWider(item) && !item.secret.equals(credential.secret))
      .map((item) => item.endpoint.key),
    restorable: isRestorable ? (replaced.length > 0 ? 'instead' : 'beside') : 'no',
    resumed: [...new Set(lifted.map(({ owner }) => toolOf(owner)))].sort(),
    isNowDefault,
    replacedCommand: isNew && before?.kind === 'minted',
  }
}

/** Services that Python looks up before this endpoint: the parents of an address, and its bare host. */
function widerServices(endpoint: Endpoint): readonly Endpoint[] {
  if (endpoint.form === 'service') return []
  const above = withParents(endpoint).slice(1).flatMap(pythonServices)
  return endpoint.scheme === 'https' ? [...above, serviceName(hostAndPort(endpoint))] : above
}

function isTool(owner: Owner): boolean {
  return ![person, python, ourselves, pythonNotes, gitManager].includes(owner)
}

/**
 * Removes a tool's own credential, unless the tool has just saved another one. A `shared` note replaces it, so that the
 * tool still lists the account.
 */
async function endOwn({ stores: [first], asker }: BrokerParts, own: StoredItem<Credential>): Promise<void> {
  const shares = own.owner !== python && first.traits.extras
  if (shares) await first.save(asker, sharedNote(own), { replaces: own })
  else await first.remove(asker, own, own.secret)
}

/** Makes this account the default if the endpoint has others. Returns whether that changed anything. */
async function makeDefault(
  { stores: [first], asker }: BrokerParts,
  { endpoint, account }: Credential,
  items: readonly StoredItem[],
): Promise<boolean> {
  const others = items.some((item) => isCredential(item) && item.account !== account)
  const defaults = items.filter(isDefault)
  if (!others || !first.traits.extras) return false
  // Also where it is the default already: its time tells it from a later login of a tool (core/selection.ts).
  await saveNote(first, asker, { endpoint, account, owner: ourselves, kind: 'default' }, items)
  const former = defaults.filter((note) => note.account !== account)
  for (const note of former) await first.remove(asker, note)
  return defaults.length === 0 || former.length > 0
}

function isDefault(item: Item): item is NoteItem {
  return isNote(item) && item.kind === 'default'
}
