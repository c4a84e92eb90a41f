import type { Asker } from '../../core/asker.ts'
import type { Entry, Item, Place, StoredItem } from '../../core/credential.ts'
import { isCredential, isFoundFor, isKind, isNoteKind, secretOf } from '../../core/credential.ts'
import { type Endpoint, sameEndpoint } from '../../core/endpoint.ts'
import { Failure, isFailure } from '../../core/failure.ts'
import { endpointWords, hint } from '../../core/hint.ts'
import { insideHelper } from '../../core/program.ts'
import { samePlace } from '../../core/same.ts'
import type { Secret } from '../../core/secret.ts'
import type { SaveCondition, Store, Traits } from '../../core/store.ts'
import { isLocked, type LockPlace, withLock } from '../../system/lock.ts'
import type { Machine } from '../../system/machine.ts'
import { containersHelper, dockerHelper } from '../../tools/docker/names.ts'
import { refuseBeyond } from '../limits.ts'
import { type LockFolder, lockFolder } from '../lock-folder.ts'
import { refusingNames } from '../names.ts'
import { holds } from '../place-lock.ts'
import { type HelperOptions, type HelperProgram, helperProgram, leadsToUs } from './client.ts'
import { entryAt, entryFor, itemIn, type ServerEntry, valueFor } from './server-entry.ts'

/** The parts of a machine that find and run a helper. */
export type HelperMachine = Pick<
  Machine,
  'env' | 'folders' | 'userId' | 'processId' | 'run' | 'program' | 'isOwnProgram'
>

const limits = { program: 10_000, person: 120_000 }

/** Opens the store of this helper. No such program: `unavailable`. A helper that is credbridge itself: `refused`. */
export async function openHelper(name: string, machine: HelperMachine): Promise<Store> {
  const { env, folders: places, userId, processId, run } = machine
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) throw new Failure('malformed', 'that is not the name of a helper')
  const command = `docker-credential-${name}`
  if ([dockerHelper.name, containersHelper.name].includes(name)) throw leadsToUs(command)
  // In WSL, PATH contains Windows programs, with their file name endings.
  const program = machine.program(command) ?? machine.program(`${command}.exe`)
  if (program === undefined)
    throw new Failure('unavailable', `${command} is not on PATH`, { hints: [hint`install ${command}`] })
  if (env[insideHelper] !== undefined || machine.isOwnProgram(program)) throw leadsToUs(command)
  // If GPG_TTY is set, gpg may ask for a passphrase on the terminal.
  const limit = ({ personPresent }: Asker) =>
    personPresent || env['GPG_TTY'] !== undefined ? limits.person : limits.program
  const lock = { folder: places.state, name: `helper-${name}`, userId, processId }
  return helperStore(name, { command, program, run, limit, lock, locks: lockFolder(machine) })
}

const traits: Traits = {
  elsewhere: true,
  lasts: 'forever',
  accounts: 'one',
  emptySecret: false,
  extras: true,
  list: true,
  largest: 32 * 1024,
}

interface HelperStoreOptions extends Omit<HelperOptions, 'limit'> {
  /** Milliseconds for each call of the helper. */
  limit(asker: Asker): number
  /**
   * Held during writes, because a helper may not support two writers: docker-credential-pass writes entries in place,
   * and two writers leave an unreadable one. The lock's folder is created by the first save.
   */
  readonly lock: LockPlace
  /** The folder of the locks for `alone`. */
  readonly locks: LockFolder
}

/** How long to wait for the lock, in milliseconds. A person may be typing a passphrase for the lock's holder. */
const patience = 30_000
const busy = 'another credbridge process is writing to the same helper'

/** A docker credential helper as a store. It keeps one account for each endpoint and owner, and no empty secret. */
export function helperStore(name: string, options: HelperStoreOptions): Store {
  const store = `helper:${name}`
  const helpers = new Map<number, HelperProgram>()

  function alone<T>(work: () => Promise<T>): Promise<T> {
    return withLock(options.lock, { wait: patience, busy }, work)
  }

  function helperFor(asker: Asker): HelperProgram {
    const limit = options.limit(asker)
    const helper = helpers.get(limit) ?? helperProgram({ ...options, limit })
    helpers.set(limit, helper)
    return helper
  }

  async function entries(helper: HelperProgram): Promise<readonly ServerEntry[]> {
    return (await helper.list()).flatMap(([server, user]) => entryAt(server, user) ?? [])
  }

  async function itemAt(helper: HelperProgram, entry: ServerEntry): Promise<Item | undefined> {
    const wasBusy = isLocked(options.lock)
    const found = await helper.get(entry.server).catch((error) => {
      if (!wasBusy && !isLocked(options.lock)) throw error
      // The entry may have been half written, so read it again under the lock.
      return alone(() => helper.get(entry.server))
    })
    return found === undefined ? undefined : itemIn(entry, found.secret)
  }

  async function put(helper: HelperProgram, item: Item): Promise<void> {
    const target = entryFor(item)
    const found = (await entries(helper)).filter(
      (entry) => entry.owner === item.owner && sameEndpoint(entry.endpoint, item.endpoint),
    )
    const others = found.filter((entry) => entry.account !== item.account && isKind(entry.kind))
    if (isCredential(item) && others.length > 0) throw secondAccount(store, item.endpoint)
    const isNew = found.every(({ server }) => server !== target.server)
    await storeOrNothing(helper, target, valueFor(item, target), isNew)
    for (const entry of found)
      if (samePlace(entry, item) && entry.server !== target.server) await helper.erase(entry.server)
  }

  async function drop(helper: HelperProgram, place: Place, expected: Secret | undefined): Promise<boolean> {
    const found = (await entries(helper)).filter((entry) => samePlace(entry, place))
    const [first] = onceEach(found)
    if (first === undefined) return false
    if (expected !== undefined && !isNoteKind(first.kind)) {
      const value = await helper.get(first.server)
      const item = value === undefined ? undefined : itemIn(first, value.secret)
      if (item === undefined || secretOf(item)?.equals(expected) === false) return false
    }
    for (const entry of found) await helper.erase(entry.server)
    return true
  }

  async function find(asker: Asker, endpoints: readonly Endpoint[], account?: string): Promise<readonly StoredItem[]> {
    const helper = helperFor(asker)
    const wanted = (await entries(helper)).filter(
      (entry) => endpoints.some((endpoint) => sameEndpoint(endpoint, entry.endpoint)) && isFoundFor(account, entry),
    )
    const items = await Promise.all(onceEach(wanted).map((entry) => itemAt(helper, entry)))
    return items.filter((item) => item !== undefined)
  }

  return refusingNames({
    name: store,
    traits,
    find,

    async save(asker: Asker, item: Item, condition?: SaveCondition): Promise<boolean> {
      refuseBeyond(traits, store, item)
      return alone(async () => {
        if (condition !== undefined) {
          const found = await find(asker, [item.endpoint], item.account)
          if (!holds(condition, item, found)) return false
        }
        await put(helperFor(asker), item)
        return true
      })
    },

    async remove(asker: Asker, place: Place, expected?: Secret): Promise<boolean> {
      const helper = helperFor(asker)
      if (!(await entries(helper)).some((entry) => samePlace(entry, place))) return false
      return alone(() => drop(helper, place, expected))
    },

    async list(asker: Asker): Promise<readonly Entry[]> {
      return onceEach(await entries(helperFor(asker))).map(({ endpoint, account, owner, kind }) => ({
        endpoint,
        account,
        owner,
        kind,
      }))
    },

    alone: async (_asker, place, work) => (await import('../place-lock.ts')).aloneByFile(options.locks, place, work),
  })
}

/**
 * Removes the new entry after a failure: a half-written one would make every later list of docker-credential-pass fail.
 */
async function storeOrNothing(
  helper: HelperProgram,
  { server, user }: ServerEntry,
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

/** One slot for each place: an interrupted save may have left two. */
function onceEach(entries: readonly ServerEntry[]): readonly ServerEntry[] {
  return entries.filter((entry, index) => entries.findIndex((other) => samePlace(other, entry)) === index)
}

function secondAccount(store: string, endpoint: Endpoint): Failure {
  return new Failure(
    'unsupported',
    `the ${store} store keeps one account for each server, and ${endpoint.key} has one`,
    {
      hints: [
        hint`to remove that account: credbridge remove ${endpointWords(endpoint)}`,
        hint`for several accounts: credbridge use vault`,
      ],
    },
  )
}
