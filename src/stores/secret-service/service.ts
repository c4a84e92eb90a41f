import { unreadable } from './bytes.ts'
import type { Attributes } from './calls.ts'
import * as calls from './calls.ts'
import type { Call, Connection } from './connection.ts'
import { locked, noAnswer, noCollection, vanished } from './errors.ts'
import type { Bodies } from './message.ts'
import { askPerson, type Limits } from './prompt.ts'
import { openEncrypted, openPlain, type Session } from './session.ts'
import type { Value, Variant } from './value.ts'

export interface Manners {
  readonly limits: Limits
  /** Somebody can answer a dialog. */
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
  /** Those of a locked item may be unreadable. */
  readonly attributes: Attributes
  /** When it was last written, in milliseconds since 1970. */
  readonly modified: number
  readonly locked: boolean
}

/** The conversation with the Secret Service. What is asked in one turn goes out in one write. */
export interface Service {
  /** Settled once secrets can go over the bus. */
  readonly session: Promise<unknown>
  /** Whether the Secret Service has answered at all. */
  readonly begun: boolean
  /** All items with at least these attributes, whatever collection they are in. */
  search(attributes: Attributes): Promise<Hits>
  collections(): Promise<readonly string[]>
  isLocked(collection: string): Promise<boolean>
  itemsIn(collection: string): Promise<readonly string[]>
  /** The item, unless it has gone. */
  describe(item: string): Promise<Described | undefined>
  /** The secrets of these items, as far as they are there and unlocked. */
  secrets(items: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>
  /** Unlocks collections and items, after a dialog where one is needed. Still locked: `locked`. */
  unlock(objects: readonly string[]): Promise<void>
  /** Makes an item in the default collection, which is made where there is none and somebody can say how; its path. */
  create(label: string, attributes: Attributes, secret: Uint8Array): Promise<string>
  /** Gives an item another secret; whether it was still there. */
  setSecret(item: string, secret: Uint8Array): Promise<boolean>
  setAttributes(item: string, attributes: Attributes): Promise<void>
  /** Whether the item was still there. */
  remove(item: string): Promise<boolean>
}

/** Begins the conversation; what is asked for in the same turn goes along with its beginning. */
export function converse(connection: Connection, { limits, personPresent, encrypted }: Manners): Service {
  const open = encrypted ? openEncrypted : openPlain
  const session: Promise<Session> = open(async (algorithm, input) =>
    there(await connection.call(calls.openSession(algorithm, input), limits.first)),
  )
  let opened: Session | undefined
  session.then(
    (answer) => {
      opened = answer
    },
    () => {},
  ) // Whoever needs it hears of it.

  function ask<R extends keyof Bodies>(call: Call<R>): Promise<Bodies[R] | undefined> {
    return connection.call(call, limits.answer)
  }

  async function search(attributes: Attributes): Promise<Hits> {
    const limit = personPresent ? limits.person : limits.first + limits.answer
    const [unlocked, locked] = there(await unlessStuck(connection.call(calls.searchItems(attributes), limit)))
    return { unlocked, locked }
  }

  /** KeePassXC may answer a search only when its dialog has been answered; then a collection says that it is locked. */
  async function unlessStuck<T>(answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const stuck = new Promise<never>((_, reject) => {
      timer = setTimeout(async () => {
        const waits = await anyLocked().catch(() => false)
        if (!waits) reject(noAnswer())
        else if (!personPresent) reject(locked())
      }, limits.first)
    })
    try {
      return await Promise.race([answer, stuck])
    } finally {
      clearTimeout(timer)
    }
  }

  async function anyLocked(): Promise<boolean> {
    return (await Promise.all((await collections()).map(isLocked))).includes(true)
  }

  async function collections(): Promise<readonly string[]> {
    return typed(there(await ask(calls.getCollections()))[0], 'ao')
  }

  async function isLocked(collection: string): Promise<boolean> {
    const answer = await ask(calls.getLocked(collection))
    return answer !== undefined && typed(answer[0], 'b')
  }

  async function itemsIn(collection: string): Promise<readonly string[]> {
    const answer = await ask(calls.getItems(collection))
    return answer === undefined ? [] : typed(answer[0], 'ao')
  }

  async function describe(path: string): Promise<Described | undefined> {
    const answer = await ask(calls.getItem(path))
    if (answer === undefined) return undefined
    const [all] = answer
    const attributes = typed(all.get('Attributes'), 'a{ss}')
    const modified = Number(typed(all.get('Modified'), 't')) * 1000
    return { path, attributes, modified, locked: typed(all.get('Locked'), 'b') }
  }

  async function secrets(items: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    if (items.length === 0) return new Map()
    const { path, open } = opened ?? (await session)
    const [found] = there(await ask(calls.getSecrets(items, path)))
    return new Map([...found].map(([item, secret]) => [item, open(secret)]))
  }

  async function unlock(objects: readonly string[]): Promise<void> {
    const [done, prompt] = there(await ask(calls.unlock(objects)))
    const unlocked = prompt === calls.nothing ? done : typed(await prompted(prompt), 'ao')
    if (objects.some((object) => !unlocked.includes(object))) throw locked()
  }

  /** What came of a dialog. Nobody is there to answer it: `locked`. */
  async function prompted(prompt: string): Promise<Variant> {
    if (personPresent) return askPerson(connection, prompt, limits)
    await ask(calls.dismissPrompt(prompt))
    throw locked()
  }

  async function create(label: string, attributes: Attributes, secret: Uint8Array): Promise<string> {
    const { seal } = opened ?? (await session)
    const call = calls.createItem(await defaultCollection(), label, attributes, seal(secret))
    const [item, prompt] = there(await ask(call))
    return prompt === calls.nothing ? item : typed(await prompted(prompt), 'o')
  }

  async function defaultCollection(): Promise<string> {
    const [path] = there(await ask(calls.readAlias('default')))
    if (path !== calls.nothing) return path
    if (!personPresent) throw noCollection()
    const [created, prompt] = there(await ask(calls.createCollection('Default keyring', 'default')))
    return prompt === calls.nothing ? created : typed(await prompted(prompt), 'o')
  }

  async function setSecret(item: string, secret: Uint8Array): Promise<boolean> {
    const { seal } = opened ?? (await session)
    return (await ask(calls.setSecret(item, seal(secret)))) !== undefined
  }

  async function setAttributes(item: string, attributes: Attributes): Promise<void> {
    await ask(calls.setAttributes(item, attributes))
  }

  async function remove(item: string): Promise<boolean> {
    const answer = await ask(calls.deleteItem(item))
    if (answer !== undefined && answer[0] !== calls.nothing) await prompted(answer[0])
    return answer !== undefined
  }

  return {
    session,
    get begun() {
      return opened !== undefined
    },
    search,
    collections,
    isLocked,
    itemsIn,
    describe,
    secrets,
    unlock,
    create,
    setSecret,
    setAttributes,
    remove,
  }
}

interface Types {
  readonly b: boolean
  readonly t: bigint
  readonly o: string
  readonly ao: readonly string[]
  readonly 'a{ss}': Attributes
}

function typed<T extends keyof Types>(variant: Variant | undefined, type: T): Types[T] {
  if (variant?.type !== type) throw unreadable('has a property of the wrong type')
  return variant.value as Value as Types[T]
}

/** The Secret Service itself is always there, unless it went away. */
function there<T>(answer: T | undefined): T {
  if (answer === undefined) throw vanished()
  return answer
}
