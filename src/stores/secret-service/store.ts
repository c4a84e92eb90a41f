import type { Owner } from '../../core/credential.ts'
import { sameEndpoint } from '../../core/endpoint.ts'
import { isFailure } from '../../core/failure.ts'
import type { Store, Traits } from '../../core/store.ts'
import { socketPaths } from './address.ts'
import { type Connection, openConnection } from './connection.ts'
import { find, list } from './find.ts'
import type { Limits } from './prompt.ts'
import { remove, save } from './save.ts'
import { converse, type Service } from './service.ts'

export interface SecretServiceOptions {
  /** Where the session bus is, in the words of the D-Bus specification; absent where nothing says it. */
  readonly address: string | undefined
  readonly userId: number
  /** Somebody can answer a dialog. */
  readonly personPresent: boolean
  /** Whose items are found also if they say only service and user name, as the `keychain` store writes them. */
  readonly owners?: readonly Owner[]
  /** Secrets cross the bus encrypted. */
  readonly encrypted?: boolean
  readonly limits?: Partial<Limits>
}

const usual: Limits = { first: 10_000, answer: 5_000, person: 120_000 }

const traits: Traits = { lasts: 'forever', accounts: 'several', emptySecret: true, extras: true, list: true }

/** Credentials in the keyring that the desktop offers on the session bus: gnome-keyring, KWallet, KeePassXC. */
export function secretServiceStore(options: SecretServiceOptions): Store {
  const { owners = [], userId, personPresent, encrypted = false } = options
  const limits = { ...usual, ...options.limits }
  let current: { connection: Connection; service: Service } | undefined

  function open(): { connection: Connection; service: Service } {
    const connection = openConnection(socketPaths(options.address), userId, limits.first)
    return { connection, service: converse(connection, { limits, personPresent, encrypted }) }
  }

  /** One conversation serves many requests. One that broke off, perhaps long ago, is begun anew, once. */
  async function talk<T>(request: (service: Service) => Promise<T>, again = true): Promise<T> {
    if (current === undefined || current.connection.closed) current = open()
    const { connection, service } = current
    try {
      return await request(service)
    } catch (error) {
      connection.close()
      const brokeOff = isFailure(error) && error.code === 'unavailable' && service.begun
      if (brokeOff && again) return await talk(request, false)
      throw error
    }
  }

  return {
    name: 'secret-service',
    traits,
    find(endpoints, account) {
      const each = endpoints.filter(
        (endpoint, index) => endpoints.findIndex((other) => sameEndpoint(other, endpoint)) === index,
      )
      return talk((service) => find(service, each, account, owners))
    },
    save: (item) => talk((service) => save(service, item)),
    remove: (place, expected) => talk((service) => remove(service, place, expected)),
    list: () => talk((service) => list(service, owners)),
  }
}
