import type { Asker } from '../../core/asker.ts'
import { isFailure } from '../../core/failure.ts'
import type { Store, Traits } from '../../core/store.ts'
import { busAddresses } from '../../dbus/address.ts'
import { type Connection, openConnection } from '../../dbus/connection.ts'
import { refusingNames } from '../names.ts'
import type { StoreContext } from '../store-type.ts'
import type { Known } from './at-endpoints.ts'
import { secretServiceFailures } from './errors.ts'
import { find, findWanted, list } from './find.ts'
import { secretServiceOptions } from './machine-options.ts'
import type { SecretServiceOptions } from './options.ts'
import type { Limits } from './prompt.ts'
import { converse, type Service } from './service.ts'
import { within } from './within.ts'

const usual: Limits = { first: 10_000, answer: 5_000, person: 120_000, whole: 60_000 }

/** After how long without a request the connection is closed, in milliseconds. */
const restAfter = 60_000

const traits: Traits = { lasts: 'forever', accounts: 'several', emptySecret: true, extras: true, list: true }

interface Conversation {
  readonly connection: Connection
  readonly service: Service
}

const placeLock = () => import('../place-lock.ts')

/** The Secret Service of this session. */
export async function secretServiceHere(context: StoreContext): Promise<Store> {
  return secretServiceStore(await secretServiceOptions(context))
}

/** Items in the desktop's keyring on the session bus: gnome-keyring, KWallet, KeePassXC. */
export function secretServiceStore(options: SecretServiceOptions): Store {
  const { before = [], userId, encrypted = false, locks } = options
  const limits = { ...usual, ...options.limits }
  /** One for askers with a person present, one for the others. */
  const open = new Map<boolean, Conversation>()
  let requests = 0
  let idle: NodeJS.Timeout | undefined

  function conversation({ personPresent }: Asker): Conversation {
    const before = open.get(personPresent)
    if (before !== undefined && !before.connection.closed) return before
    const connection = openConnection(
      options.connect,
      busAddresses(options.address),
      userId,
      limits.first,
      secretServiceFailures,
    )
    const opened = { connection, service: converse(connection, { limits, personPresent, encrypted }) }
    open.set(personPresent, opened)
    return opened
  }

  /** One conversation serves many requests. If its connection has broken in the meantime, it is opened again, once. */
  async function talk<T>(asker: Asker, request: (service: Service) => Promise<T>, again = true): Promise<T> {
    const { connection, service } = conversation(asker)
    try {
      return await within(limits, asker, service, request)
    } catch (error) {
      connection.close()
      const brokeOff = isFailure(error) && error.code === 'unavailable' && service.hasBegun()
      if (brokeOff && again) return await talk(asker, request, false)
      throw error
    }
  }

  async function during<T>(asker: Asker, request: (service: Service) => Promise<T>): Promise<T> {
    requests++
    clearTimeout(idle)
    try {
      return await talk(asker, request)
    } finally {
      requests--
      if (requests === 0) idle = setTimeout(hangUp, restAfter).unref()
    }
  }

  function hangUp(): void {
    for (const { connection } of open.values()) connection.close()
  }

  const known = ({ tool, memory }: Asker): Known => ({ asking: tool, before, memory })

  const store: Store = {
    name: 'secret-service',
    traits,
    async ready(asker) {
      const opened = during(asker, ({ session }) => session)
      opened.catch(() => {})
      await Promise.race([opened, open.get(asker.personPresent)?.connection.begun]).catch(() => {})
    },
    find: (asker, endpoints, account) => during(asker, (service) => find(service, endpoints, account, known(asker))),
    async save(asker, item, condition) {
      if (condition !== undefined) return (await placeLock()).saveByFile(locks, store, asker, item, condition)
      const { save } = await import('./save.ts')
      await during(asker, (service) => save(service, item, known(asker)))
      return true
    },
    async remove(asker, place, expected) {
      const { remove } = await import('./save.ts')
      return during(asker, (service) => remove(service, place, known(asker), expected))
    },
    list: (asker) => during(asker, (service) => list(service, known(asker))),
    findWanted: (asker, isWanted) => during(asker, (service) => findWanted(service, isWanted, known(asker))),
    alone: async (_asker, place, work) => (await placeLock()).aloneByFile(locks, place, work),
  }
  return refusingNames(store)
}
