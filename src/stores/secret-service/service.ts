import { type Failure, isFailure } from '../../core/failure.ts'
import type { Call } from '../../dbus/call.ts'
import type { Connection } from '../../dbus/connection.ts'
import type { Bodies } from '../../dbus/message.ts'
import { typed } from '../../dbus/property.ts'
import type { Variant } from '../../dbus/value.ts'
import type { Attributes } from './calls.ts'
import * as calls from './calls.ts'
import { locked, noAnswer, noCollection, tooMuch, Unclear, vanished } from './errors.ts'
import type { Limits } from './prompt.ts'
import { areInOpenWallets, type Provider, providerOf } from './provider.ts'
import { openEncrypted, openPlain } from './session.ts'
import type { Session } from './session-type.ts'

export interface ConversationOptions {
  readonly limits: Limits
  /** A person can answer a dialog. */
  readonly personPresent: boolean
  /** Secrets cross the bus encrypted. */
  readonly encrypted: boolean
}

/** The items that a search found, by their paths. */
export interface Hits {
  readonly unlocked: readonly string[]
  readonly locked: readonly string[]
}

/** An item as the Secret Service describes it, without its secret. */
export interface Described {
  readonly path: string
  /** The label that a keyring's window shows. */
  readonly label: string
  /** They may be unreadable if the item is locked. */
  readonly attributes: Attributes
  /** When it was last written, in milliseconds since 1970. */
  readonly modified: number
  readonly locked: boolean
}

/** The limit for items or collections in one answer, so that they can be described while a client waits. */
const mostNamed = 10_000

/** How long a prompt that shows no dialog may take, in milliseconds. */
const atOnce = 2_000

export type Service = ReturnType<typeof converse>

/**
 * The first call reads an alias that does not exist, and nothing else is sent until it is answered. When the bus
 * announces a client, gnome-keyring forgets what it knows about it, and aborts if the client has already begun a
 * session (https://gitlab.gnome.org/GNOME/gnome-keyring/-/issues/190). At the first answer this is over.
 */
const nobodysAlias = 'credbridge'

/** A conversation with the Secret Service. All calls of one turn of the event loop are sent in one write. */
export function converse(connection: Connection, { limits, personPresent, encrypted }: ConversationOptions) {
  let opened: Session | undefined
  let unlocking: Promise<void> | undefined
  let isKnown = false
  const known = connection.call(calls.readAlias(nobodysAlias), limits.first).then(() => {
    isKnown = true
  })
  known.catch(() => {}) // Later calls report it.
  const session = beginSession()
  session.catch(() => {}) // Calls that need the session report it.

  async function beginSession(): Promise<Session> {
    const open = encrypted ? openEncrypted : openPlain
    opened = await open(async (algorithm, input) => there(await ask(calls.openSession(algorithm, input))))
    return opened
  }

  async function ask<R extends keyof Bodies>(
    call: Call<R>,
    limit = opened === undefined ? limits.first : limits.answer,
  ): Promise<Bodies[R] | undefined> {
    if (!isKnown) await known
    return connection.call(call, limit)
  }

  /** All items that match one of the searches, in any collection. */
  async function search(searches: readonly Attributes[]): Promise<Hits> {
    const limit = personPresent ? limits.person : limits.first + limits.answer
    const answers = searches.map((attributes) => ask(calls.searchItems(attributes), limit))
    const hits = (await unlessStuck(Promise.all(answers))).map(there)
    const [unlocked, locked] = [merged(hits.map(([paths]) => paths)), merged(hits.map(([, paths]) => paths))]
    bounded([...unlocked, ...locked])
    return { unlocked, locked }
  }

  async function unlessStuck<T>(answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const stuck = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        whyStuck().then((failure) => failure && reject(failure), reject)
      }, limits.answer)
    })
    try {
      return await Promise.race([answer, stuck])
    } finally {
      clearTimeout(timer)
    }
  }

  /** KeePassXC may answer a search only after its dialog. Until then its collection is locked. */
  async function whyStuck(): Promise<Failure | undefined> {
    await session
    const states = await Promise.all((await collections()).map(isLocked))
    if (!states.includes(true)) return noAnswer()
    return personPresent ? undefined : locked()
  }

  async function collections(): Promise<readonly string[]> {
    return bounded(typed(there(await ask(calls.getCollections()))[0], 'ao'))
  }

  async function isLocked(collection: string): Promise<boolean> {
    const answer = await ask(calls.getLocked(collection))
    return answer !== undefined && typed(answer[0], 'b')
  }

  async function itemsIn(collection: string): Promise<readonly string[]> {
    const answer = await ask(calls.getItems(collection))
    return answer === undefined ? [] : bounded(typed(answer[0], 'ao'))
  }

  /** After an unclear answer, an item does not exist only if its collection does not name it any more. */
  async function askItem<R extends keyof Bodies>(call: Call<R>): Promise<Bodies[R] | undefined> {
    try {
      return await ask(call)
    } catch (error) {
      if (!(error instanceof Unclear)) throw error
      const collection = call.path.slice(0, call.path.lastIndexOf('/'))
      if ((await itemsIn(collection)).includes(call.path)) throw error
      return undefined
    }
  }

  /** The item; `undefined` if it does not exist. */
  async function describe(path: string): Promise<Described | undefined> {
    const answer = await askItem(calls.getItem(path))
    if (answer === undefined) return undefined
    const [all] = answer
    const attributes = typed(all.get('Attributes'), 'a{ss}')
    const modified = Number(typed(all.get('Modified'), 't')) * 1000
    return { path, label: typed(all.get('Label'), 's'), attributes, modified, locked: typed(all.get('Locked'), 'b') }
  }

  /** The secrets of those items that exist and are unlocked. */
  async function secrets(items: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    if (items.length === 0) return new Map()
    const { path, open } = opened ?? (await session)
    const answer = await ask(calls.getSecrets(items, path))
    if (answer === undefined) return items.length === 1 ? new Map() : secretsOneByOne(items)
    return new Map([...answer[0]].map(([item, secret]) => [item, open(secret)]))
  }

  /** One of them does not exist any more, for which KWallet and oo7 refuse all. */
  async function secretsOneByOne(items: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const all = await Promise.all(items.map((item) => secrets([item])))
    return new Map(all.flatMap((one) => [...one]))
  }

  /**
   * Unlocks collections and items, with a dialog if needed. Still locked: `locked`. Only one dialog is open at a time,
   * because gnome-keyring 42 may abort with several. If it is dismissed, waiting requests fail too.
   */
  async function unlock(objects: readonly string[]): Promise<void> {
    while (unlocking !== undefined) await unlocking
    unlocking = unlockNow(objects).finally(() => {
      unlocking = undefined
    })
    await unlocking
  }

  async function unlockNow(objects: readonly string[]): Promise<void> {
    const [done, prompt] = there(await ask(calls.unlock(objects)))
    const more = prompt === calls.nothing ? [] : await promptedToUnlock(prompt, objects)
    const unlocked = new Set([...done, ...more])
    if (objects.some((object) => !unlocked.has(object))) throw locked()
  }

  async function promptedToUnlock(prompt: string, objects: readonly string[]): Promise<readonly string[]> {
    const isOpen = !personPresent && (await areInOpenWallets(ask, objects))
    return typed(await prompted(prompt, isOpen), 'ao')
  }

  /** The program that offers the Secret Service; `undefined` if it is unknown or cannot be told. */
  async function provider(): Promise<Provider | undefined> {
    return providerOf(ask).catch(() => undefined)
  }

  /**
   * Creates an item in the default collection and returns its path. If there is no default collection, a person who is
   * present is asked to create it.
   */
  async function create(label: string, attributes: Attributes, secret: Uint8Array): Promise<string> {
    const { seal } = opened ?? (await session)
    const collection = await defaultCollection()
    const make = async () => there(await ask(calls.createItem(collection, label, attributes, seal(secret))))
    const [item, prompt] = await make().catch(async (error: unknown) => {
      // Where gnome-keyring prompts, KWallet refuses until a client has unlocked the wallet, also an open one.
      if (!isFailure(error) || error.code !== 'locked') throw error
      await unlock([collection])
      return make()
    })
    if (prompt === calls.nothing) return item
    return typed(await prompted(prompt, !(await isLocked(collection))), 'o')
  }

  async function defaultCollection(): Promise<string> {
    const [path] = there(await ask(calls.readAlias('default')))
    if (path !== calls.nothing) return path
    if (!personPresent) throw noCollection(await provider())
    const [created, prompt] = there(await ask(calls.createCollection('Default keyring', 'default')))
    return prompt === calls.nothing ? created : typed(await prompted(prompt), 'o')
  }

  /** Whether the item existed. */
  async function setSecret(item: string, secret: Uint8Array): Promise<boolean> {
    const { seal } = opened ?? (await session)
    return (await askItem(calls.setSecret(item, seal(secret)))) !== undefined
  }

  /** Whether the item existed. */
  async function remove(item: string): Promise<boolean> {
    const answer = await askItem(calls.deleteItem(item))
    if (answer !== undefined && answer[0] !== calls.nothing) await prompted(answer[0], true)
    return answer !== undefined
  }

  /**
   * The result of a prompt. No person present: `locked`. KeePassXC opens a prompt for each item that is created or
   * removed, and KWallet for each wallet that a client unlocks, even if nothing is locked; those complete without a
   * dialog, at once.
   */
  async function prompted(prompt: string, nothingIsLocked = false): Promise<Variant> {
    if (personPresent) return (await import('./prompt.ts')).askPerson(connection, prompt, limits)
    if (nothingIsLocked) return withoutDialog(prompt)
    await ask(calls.dismissPrompt(prompt))
    throw locked()
  }

  /** If it does not complete at once, it shows a dialog after all, which nobody answers. */
  async function withoutDialog(prompt: string): Promise<Variant> {
    const { askPerson } = await import('./prompt.ts')
    try {
      return await askPerson(connection, prompt, { ...limits, person: Math.min(limits.answer, atOnce) })
    } catch (error) {
      throw isFailure(error) && error.code === 'timeout' ? locked() : error
    }
  }

  /** The paths that a search found last, without a secret. Only where to look first: items come and go. */
  const foundBefore = new Map<string, readonly string[]>()

  const readers = { session, search, collections, isLocked, itemsIn, describe, secrets, foundBefore }
  return { ...readers, provider, unlock, create, setSecret, remove, hasBegun: () => opened !== undefined }
}

function merged(paths: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(paths.flat())]
}

function bounded(paths: readonly string[]): readonly string[] {
  if (paths.length > mostNamed) throw tooMuch()
  return paths
}

/** For calls to the Secret Service's own object, which is missing only if the service has ended. */
function there<T>(answer: T | undefined): T {
  if (answer === undefined) throw vanished()
  return answer
}
