import type { BrokerParts } from './broker-parts.ts'
import { isOtherConfiguration, tooMany } from './configuration.ts'
import type { Credential, Item, NoteItem, StoredItem } from './credential.ts'
import { hasExpired, isCredential, isNote, noteOwner, type Owner, person, secretOf } from './credential.ts'
import { sameEndpoint } from './endpoint.ts'
import { findIn, type Read } from './find-in-stores.ts'
import { userFor } from './grant.ts'
import { samePlace, sameProof, sameValue } from './same.ts'
import { saveNote } from './save-note.ts'
import { saveVerified } from './save-verified.ts'
import type { Saving } from './saving.ts'
import { covers, isNamed, type Lookup } from './selection.ts'
import { asCarried, hasAnswered } from './stored-view.ts'

export type SaveResult = 'saved' | 'unchanged' | 'expired'

/** Longest duration of a sign-in, in milliseconds. A tool that saves within it may repeat a former answer. */
const longestSignIn = 5 * 60_000

/** A tool's save, and the items in the first store before it. */
interface Save {
  readonly credential: Credential
  readonly saving: Saving
  /** Finds the credential that the tool would get. */
  readonly lookup: Lookup
  /** The items at all endpoints of that lookup. */
  readonly found: readonly StoredItem[]
  /** Those of `found` at the credential's endpoint. */
  readonly items: readonly StoredItem[]
  readonly before: StoredItem<Credential> | undefined
  /** The tool's `ended` notes. A sign-in removes them. */
  readonly ended: readonly NoteItem[]
}

/**
 * Rules 4 and 5 of docs/architecture.md: saves a tool's credential as its own and reads it back, unless nothing would
 * change. A credential that the tool would get anyway is not copied. Neither is one that the tool got before a person
 * set another.
 */
export async function saveFor(parts: BrokerParts, credential: Credential, saving: Saving): Promise<SaveResult> {
  const { stores, asker, now, withAliases } = parts
  if (hasExpired(credential, now())) return 'expired'
  const { endpoint, account, owner, kind } = credential
  const { endpoints = [endpoint], ...wire } = saving.borrows ?? {}
  const lookup = { tool: owner, kinds: [kind], ...wire, endpoints: withAliases(endpoints), account }
  const found = await stores[0].find(asker, lookup.endpoints)
  const items = found.filter((item) => sameEndpoint(item.endpoint, endpoint))
  const before = items.filter(isCredential).find((item) => samePlace(item, credential))
  const named = [account, ...accountsWithUser(items, account, owner)]
  const ended = items
    .filter(isNote)
    .filter((note) => note.owner === noteOwner(owner) && named.some((one) => covers(note, one)))
  const save: Save = { credential, saving, lookup, found, items, before, ended }
  if (saving.asOwn !== true && (await isFormer(parts, save))) return 'unchanged'
  const isKnown = saving.asOwn !== true && before === undefined && (await isBorrowed(parts, save))
  const changed = await (isKnown ? goOnBorrowing : keepAsOwn)(parts, save)
  for (const item of tooMany(items, owner)) await stores[0].remove(asker, item, secretOf(item))
  return changed ? 'saved' : 'unchanged'
}

/** The accounts of tokens that the tool sends with this user name. */
function accountsWithUser(items: readonly StoredItem[], user: string, tool: Owner): readonly string[] {
  const tokens = items.filter(isCredential).filter(({ kind }) => kind === 'token')
  return tokens.filter((item) => userFor(item, tool) === user).map(({ account }) => account)
}

/**
 * Whether the tool would get this credential from another owner, once a sign-in has lifted its `ended` notes. Each
 * configuration of a tool keeps its own copy.
 */
async function isBorrowed(
  { stores: [, ...later], asker, now }: BrokerParts,
  { credential, lookup, found, ended }: Save,
): Promise<boolean> {
  const readable = (items: readonly StoredItem[]) => items.filter((item) => isCredential(item) || isNote(item))
  const isOthersOwn = (item: StoredItem) =>
    isCredential(item) &&
    isOtherConfiguration(item.owner, credential.owner) &&
    sameEndpoint(item.endpoint, credential.endpoint)
  const reads: Read[] = [
    async () => readable(found).filter((item) => !ended.some((note) => note === item) && !isOthersOwn(item)),
    ...later.map(
      (store): Read =>
        async (endpoints, account) =>
          readable(await store.find(asker, endpoints, account)),
    ),
  ]
  const answer = (await findIn(reads, lookup, now()))?.answer
  return answer !== undefined && isRepeated(answer.credential, credential)
}

/** Old clients repeat a secret without its expiry, which every result of a command and most tokens have. */
function isRepeated(answered: Credential, credential: Credential): boolean {
  if (answered.stored === undefined) return sameProof(answered, credential)
  const hasResult = answered.stored.kind === 'token' || answered.expires !== undefined
  return hasResult && hasAnswered(answered, credential)
}

/** Whether a person has replaced this very credential. The tool got it earlier and merely repeats it. */
async function isFormer({ now, restorable }: BrokerParts, save: Save): Promise<boolean> {
  const { credential, saving, lookup, found, before, ended } = save
  if (ended.length > 0 || (before !== undefined && sameValue(before, credential))) return false
  const credentials = found.filter(isCredential).map((item) => asCarried(item, lookup))
  if (!credentials.some((item) => item.owner === person && isNamed(item, lookup))) return false
  return (await restorable.all())
    .filter(({ taken }) => taken === 'replaced')
    .filter((copy) => saving.repeats === true || restorable.madeAt(copy.until ?? 0) + longestSignIn > now())
    .map(({ erased }) => asCarried(erased, lookup))
    .some(
      (erased) =>
        lookup.endpoints.some((endpoint) => sameEndpoint(endpoint, erased.endpoint)) &&
        isNamed(erased, lookup) &&
        isRepeated(erased, credential),
    )
}

/** Saves no copy, only the notes. Returns whether anything changed. */
async function goOnBorrowing(parts: BrokerParts, { credential, saving, items, ended }: Save): Promise<boolean> {
  const { stores, asker, restorable } = parts
  const note = sharedNote(credential)
  const isShared = (item: Item): item is NoteItem => item.kind === 'shared' && item.owner === note.owner
  const isSame = (item: Item) => isShared(item) && samePlace(item, note) && item.spelling === note.spelling
  const share = saving.lists === true && !items.some(isSame)
  if (share) await saveNote(stores[0], asker, note, items)
  const others = saving.oneAccount === true ? [...otherAccounts(items, credential), ...items.filter(isShared)] : []
  const gone = [...ended, ...others].filter((item) => !samePlace(item, note) || (!share && item.kind === 'ended'))
  for (const item of gone) await stores[0].remove(asker, item, isCredential(item) ? item.secret : undefined)
  const changed = share || gone.length > 0
  if (changed) await restorable.sweep()
  return changed
}

/** The note that lets the tool list this account. */
export function sharedNote({ endpoint, account, owner, spelling }: Credential): NoteItem {
  const note = { endpoint, account, owner: noteOwner(owner), kind: 'shared' } as const
  return spelling === undefined ? note : { ...note, spelling }
}

/** Saves the credential and removes what it replaces. Returns whether anything changed. */
async function keepAsOwn(parts: BrokerParts, { credential, saving, items, before, ended }: Save): Promise<boolean> {
  const { stores, asker, restorable } = parts
  const [first] = stores
  const others = saving.oneAccount === true ? otherAccounts(items, credential) : []
  const isSame = before !== undefined && sameValue(before, credential) && before.spelling === credential.spelling
  if (isSame && ended.length === 0 && others.length === 0) return false
  const whole = withMembersOf(before, credential)
  const drop = async () => {
    for (const other of others) await first.remove(asker, other, other.secret)
  }
  if (first.traits.accounts === 'one') await drop()
  const after = await saveVerified(first, asker, whole, items, saving)
  if (first.traits.accounts !== 'one') await drop()
  if (others.length > 0 && !(await isThere(parts, credential))) await first.save(asker, whole)
  for (const note of ended) if (!samePlace(note, credential)) await first.remove(asker, note)
  await restorable.sweep(after)
  return true
}

/** After two logins at the same time that replace each other, one credential must be left. */
async function isThere({ stores: [first], asker }: BrokerParts, credential: Credential): Promise<boolean> {
  const items = await first.find(asker, [credential.endpoint], credential.account)
  return items.some((item) => samePlace(item, credential))
}

/** Keeps the unknown members of the credential that is replaced. */
export function withMembersOf(before: Credential | undefined, credential: Credential): Credential {
  return before?.more === undefined ? credential : { ...credential, more: before.more }
}

/** The tool's own credentials for other accounts. */
function otherAccounts(
  items: readonly StoredItem[],
  { owner, account }: Credential,
): readonly StoredItem<Credential>[] {
  return items.filter(isCredential).filter((item) => item.owner === owner && item.account !== account)
}
