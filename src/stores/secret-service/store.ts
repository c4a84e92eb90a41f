import { isFailure } from '../../core/failure.ts'
import type { Store, Traits } from '../../core/store.ts'
import { busAddresses } from '../../dbus/address.ts'
import { type Connection, openConnection } from '../../dbus/connection.ts'
import type { ConnectSocket } from '../../system/unix-socket.ts'
import type { Bodies } from './bodies.ts'
import { peerFailures } from './errors.ts'
import { find, type Known, list } from './find.ts'
import type { Limits } from './prompt.ts'
import { remove, save } from './save.ts'
import { converse, type Service } from './service.ts'

export interface SecretServiceOptions {
  /** Where the session bus is, in the words of the D-Bus specification; absent where nothing says it. */
  readonly address: string | undefined
  readonly connect: ConnectSocket
  readonly userId: number
  /** Somebody can answer a dialog. */
  readonly personPresent: boolean
  /** Whose items count also if they say only service and user name. */
  readonly known?: Known
  /** Secrets cross the bus encrypted. */
  readonly encrypted?: boolean
  readonly limits?: Partial<Limits>
}

const usual: Limits = { first: 10_000, answer: 3_000, person: 120_000 }

/** A conversation in which nothing has been asked for so long, in milliseconds, is ended. */
const restAfter = 5_000

const traits: Traits = { lasts: 'forever', accounts: 'several', emptySecret: true, extras: true, list: true }

interface Conversation {
  readonly connection: Connection<Bodies>
  readonly service: Service
}

/** Credentials in the keyring that the desktop offers on the session bus: gnome-keyring, KWallet, KeePassXC. */
export function secretServiceStore(options: SecretServiceOptions): Store {
  const { known = { before: [] }, userId, personPresent, encrypted = false } = options
  const limits = { ...usual, ...options.limits }
  let current: Conversation | undefined
  let requests = 0
  let idle: NodeJS.Timeout | undefined

  function conversation(): Conversation {
    if (current !== undefined && !current.connection.closed) return current
    const connection = openConnection<Bodies>(
      options.connect,
      busAddresses(options.address),
      userId,
      limits.first,
      peerFailures,
    )
    current = { connection, service: converse(connection, { limits, personPresent, encrypted }) }
    return current
  }

  /** One conversation serves many requests. One that broke off, perhaps long ago, is begun anew, once. */
  async function talk<T>(request: (service: Service) => Promise<T>, again = true): Promise<T> {
    const { connection, service } = conversation()
    try {
      return await request(service)
    } catch (error) {
      connection.close()
      const brokeOff = isFailure(error) && error.code === 'unavailable' && service.hasBegun()
      if (brokeOff && again) return await talk(request, false)
      throw error
    }
  }

  async function during<T>(request: (service: Service) => Promise<T>): Promise<T> {
    requests++
    clearTimeout(idle)
    try {
      return await talk(request)
    } finally {
      requests--
      if (requests === 0) idle = setTimeout(() => current?.connection.close(), restAfter).unref()
    }
  }

  return {
    name: 'secret-service',
    traits,
    find: (endpoints, account) => during((service) => find(service, endpoints, account, known)),
    save: (item) => during((service) => save(service, item, known)),
    remove: (place, expected) => during((service) => remove(service, place, expected)),
    list: () => during((service) => list(service, known)),
  }
}
