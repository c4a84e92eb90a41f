import type { Entry, Found, Item, Place } from '../../core/credential.ts'
import { isCredential, notes, samePlace } from '../../core/credential.ts'
import { type Endpoint, sameEndpoint } from '../../core/endpoint.ts'
import { Failure, isFailure } from '../../core/failure.ts'
import { endpointWords } from '../../core/hint.ts'
import { insideHelper } from '../../core/program.ts'
import type { Secret } from '../../core/secret.ts'
import type { Store, Traits } from '../../core/store.ts'
import type { Run } from '../../system/child.ts'
import { isLocked, type LockPlace, withLock } from '../../system/lock.ts'
import { refuseBeyond } from '../limits.ts'
import { type HelperOptions, type HelperProgram, helperProgram, leadsToUs } from './client.ts'
import { itemIn, type Slot, slotAt, slotFor, valueFor } from './server-entry.ts'

/** What the surroundings must offer to find and run a helper. */
interface HelperSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly personPresent: boolean
  readonly places: { readonly state: string }
  readonly userId: number
  readonly processId?: number
  readonly run: Run
  program(name: string): Promise<string | undefined>
  isOurs(path: string): Promise<boolean>
}

const limits = { program: 10_000, person: 120_000 }

/** The store of this name; no such program is `unavailable`, one that is credbridge itself `refused`. */
export async function openHelper(name: string, surroundings: HelperSurroundings): Promise<Store> {
  const { env, personPresent, places, userId, processId, run } = surroundings
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) throw new Failure('malformed', 'that is not the name of a helper')
  const command = `docker-credential-${name}`
  if (name === 'credbridge') throw leadsToUs(command)
  // Windows' programs are on PATH in WSL, under their whole names.
  const program = (await surroundings.program(command)) ?? (await surroundings.program(`${command}.exe`))
  if (program === undefined)
    throw new Failure('unavailable', `${command} is not on PATH`, { hints: [`install ${command}`] })
  if (env[insideHelper] !== undefined || (await surroundings.isOurs(program))) throw leadsToUs(command)
  // Where GPG_TTY is set, gpg may ask for a passphrase on the terminal.
  const limit = personPresent || env['GPG_TTY'] !== undefined ? limits.person : limits.program
  const lock = { folder: places.state, name: `helper-${name}`, userId }
  return helperStore(name, { command, program, run, limit, lock, ...(processId === undefined ? {} : { processId }) })
}

const traits: Traits = {
  lasts: 'forever',
  accounts: 'one',
  emptySecret: false,
  extras: true,
  list: true,
  largest: 32 * 1024,
}

interface Options extends HelperOptions {
  /**
   * Held while something is written, because helpers need not bear two writers: docker-credential-pass writes an entry in
   * place, and two leave one that cannot be read. Its folder comes into being with the first save.
   */
  readonly lock: LockPlace
  readonly processId?: number
}

/** In milliseconds: somebody may be typing a passphrase for the one whose turn it is. */
const patience = 30_000
const busy = 'another credbridge is writing to the same helper'

/** Any docker credential helper as a store. It keeps one account for each endpoint and owner, and no empty secret. */
export function helperStore(name: string, options: Options): Store {
  const store = `helper:${name}`
  const helper = helperProgram(options)
  const known = options.processId === undefined ? {} : { processId: options.processId }

  function alone<T>(work: () => Promise<T>): Promise<T> {
    return withLock(options.lock, { wait: patience, busy, ...known }, work)
  }

  async function slots(): Promise<readonly Slot[]> {
    return (await helper.list()).flatMap(([server, user]) => slotAt(server, user) ?? [])
  }

  async function itemAt(slot: Slot): Promise<Item | undefined> {
    const wasBusy = isLocked(options.lock)
    const found = await helper.get(slot.server).catch((error) => {
      if (!wasBusy && !isLocked(options.lock)) throw error
      // It may have been half written just then.
      return alone(() => helper.get(slot.server))
    })
    return found === undefined ? undefined : itemIn(slot, found.secret)
  }

  async function put(item: Item): Promise<void> {
    const target = slotFor(item)
    const here = (await slots()).filter(
      (slot) => slot.owner === item.owner && sameEndpoint(slot.endpoint, item.endpoint),
    )
    const others = here.filter((slot) => slot.account !== item.account && !isNote(slot))
    if (isCredential(item) && others.length > 0) throw secondAccount(store, item.endpoint)
    const isNew = here.every(({ server }) => server !== target.server)
    await storeOrNothing(helper, target, valueFor(item, target), isNew)
    for (const slot of here) if (samePlace(slot, item) && slot.server !== target.server) await helper.erase(slot.server)
  }

  async function drop(place: Place, expected: Secret | undefined): Promise<boolean> {
    const here = (await slots()).filter((slot) => samePlace(slot, place))
    const [first] = onceEach(here)
    if (first === undefined) return false
    if (expected !== undefined && !isNote(first)) {
      const found = await helper.get(first.server)
      const item = found === undefined ? undefined : itemIn(first, found.secret)
      if (item === undefined || (isCredential(item) && !item.secret.equals(expected))) return false
    }
    for (const slot of here) await helper.erase(slot.server)
    return true
  }

  return {
    name: store,
    traits,

    async find(endpoints: readonly Endpoint[], account?: string): Promise<readonly Found[]> {
      const wanted = (await slots()).filter(
        (slot) =>
          endpoints.some((endpoint) => sameEndpoint(endpoint, slot.endpoint)) &&
          (account === undefined || isNote(slot) || slot.account === account),
      )
      const items = await Promise.all(onceEach(wanted).map(itemAt))
      return items.filter((item) => item !== undefined)
    },

    async save(item: Item): Promise<void> {
      refuseBeyond(traits, store, item)
      await alone(() => put(item))
    },

    async remove(place: Place, expected?: Secret): Promise<boolean> {
      if (!(await slots()).some((slot) => samePlace(slot, place))) return false
      return alone(() => drop(place, expected))
    },

    async list(): Promise<readonly Entry[]> {
      return onceEach(await slots()).map(({ endpoint, account, owner, kind }) => ({ endpoint, account, owner, kind }))
    },
  }
}

/** A helper that fails may leave something half made behind, which docker-credential-pass then stumbles over for ever. */
async function storeOrNothing(
  helper: HelperProgram,
  { server, user }: Slot,
  value: string,
  isNew: boolean,
): Promise<void> {
  try {
    await helper.store(server, user, value)
  } catch (error) {
    if (isNew && isFailure(error) && error.code === 'unavailable') await helper.erase(server).catch(() => {})
    throw error
  }
}

/** A save that was cut short may have left two slots of one place. */
function onceEach(slots: readonly Slot[]): readonly Slot[] {
  return slots.filter((slot, index) => slots.findIndex((other) => samePlace(other, slot)) === index)
}

function isNote({ kind }: Slot): boolean {
  return (notes as readonly string[]).includes(kind)
}

function secondAccount(store: string, endpoint: Endpoint): Failure {
  return new Failure(
    'unsupported',
    `the ${store} store keeps one account for each server, and ${endpoint.key} has one`,
    {
      hints: [
        `to forget that one: credbridge remove ${endpointWords(endpoint)}`,
        'for several accounts: credbridge use vault',
      ],
    },
  )
}
