import { forget, keep, read } from 'host:keyring'
import { isUtf8 } from 'node:buffer'
import { busAddresses } from '../src/dbus/address.ts'
import { openConnection } from '../src/dbus/connection.ts'
import { sessionBus } from '../src/dbus/session-bus.ts'
import { secretServiceFailures } from '../src/stores/secret-service/errors.ts'
import { describeAll, searchAll } from '../src/stores/secret-service/find.ts'
import { converse, type Service } from '../src/stores/secret-service/service.ts'
import { connectByNet } from '../src/system/unix-socket-net.ts'

/*
 * The part of @napi-rs/keyring that src/ uses, with the same items as the addon: those of the Secret Service through
 * our own client, those of the kernel's keyring through the host. Errors are our failures, or have the addon's text
 * where it has one.
 */

const limits = { first: 10_000, answer: 5_000, person: 120_000, whole: 60_000 }

/** An entry lets the Secret Service ask a person. A search does not. */
async function during<T>(personPresent: boolean, request: (service: Service) => Promise<T>): Promise<T> {
  const addresses = busAddresses(sessionBus(process.env))
  const userId = process.getuid?.() ?? -1
  const connection = openConnection(connectByNet, addresses, userId, limits.first, secretServiceFailures)
  try {
    return await request(converse(connection, { limits, personPresent, encrypted: true }))
  } finally {
    connection.close()
  }
}

/** The item for a service and user name in the Secret Service. */
export class AsyncEntry {
  readonly #attributes: ReadonlyMap<string, string>
  readonly #label: string

  constructor(service: string, username: string) {
    this.#attributes = new Map(Object.entries({ service, username }))
    this.#label = `keyring:${username}@${service}`
  }

  getPassword(): Promise<string | null> {
    return during(true, async (service) => {
      const path = await this.#only(service)
      if (path === undefined) return null
      const secret = (await service.secrets([path])).get(path)
      if (secret !== undefined && !isUtf8(secret)) throw new Error('the secret is not UTF-8 encoded')
      return secret === undefined ? null : Buffer.from(secret).toString()
    })
  }

  setPassword(text: string): Promise<void> {
    return during(true, async (service) => {
      const path = await this.#only(service)
      if (path !== undefined && (await service.setSecret(path, Buffer.from(text)))) return
      await service.create(this.#label, this.#attributes, Buffer.from(text))
    })
  }

  deleteCredential(): Promise<boolean> {
    return during(true, async (service) => {
      const path = await this.#only(service)
      return path !== undefined && (await service.remove(path))
    })
  }

  async #only(service: Service): Promise<string | undefined> {
    const [paths] = await Promise.all([searchAll(service, [this.#attributes]), service.session])
    if (paths.length > 1) throw new Error(`Entry is matched by ${paths.length} credentials`)
    return paths[0]
  }
}

/** All items of a service, with their secrets. Bytes that are not UTF-8 become U+FFFD. */
export function findCredentialsAsync(name: string): Promise<{ account: string; password: string }[]> {
  return during(false, async (service) => {
    const [paths] = await Promise.all([searchAll(service, [new Map([['service', name]])]), service.session])
    const [secrets, described] = await Promise.all([service.secrets(paths), describeAll(service, paths)])
    return described.flatMap(({ path, attributes }) => {
      const secret = secrets.get(path)
      const account = attributes.get('username') ?? ''
      return secret === undefined ? [] : [{ account, password: Buffer.from(secret).toString() }]
    })
  })
}

interface Options {
  readonly linux: { readonly store: 'keyutils' | 'secret-service' }
}

/** An entry of the kernel's keyring. Its calls do not wait. */
export class Entry {
  readonly #service: string
  readonly #account: string

  constructor(service: string, account: string, { linux }: Options) {
    if (linux.store !== 'keyutils') throw new Error("only the kernel's keyring is reached without waiting")
    this.#service = service
    this.#account = account
  }

  getPassword(): string | null {
    return read(this.#service, this.#account) ?? null
  }

  setPassword(text: string): void {
    keep(this.#service, this.#account, text)
  }

  deletePassword(): boolean {
    return forget(this.#service, this.#account)
  }
}
