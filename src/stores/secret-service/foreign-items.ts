import { isUtf8 } from 'node:buffer'
import type { Asker } from '../../core/asker.ts'
import type { ForeignItem } from '../../core/foreign-item.ts'
import { Secret } from '../../core/secret.ts'
import { busAddresses } from '../../dbus/address.ts'
import { openConnection } from '../../dbus/connection.ts'
import { secretServiceFailures } from './errors.ts'
import { describeAll, searchAll } from './find.ts'
import { converse, type Service } from './service.ts'
import type { SecretServiceOptions } from './store.ts'
import { within } from './within.ts'

/** A person runs this command, so it may take longer than a client's call. */
const limits = { first: 10_000, answer: 10_000, person: 120_000, whole: 60_000 }

/**
 * All items that have at least one of these sets of attributes. Locked ones are unlocked if a person is present. Items
 * whose secret is not text are left out.
 */
export async function foreignItems(
  { address, connect, userId, encrypted = false }: SecretServiceOptions,
  asker: Asker,
  searches: readonly Readonly<Record<string, string>>[],
): Promise<readonly ForeignItem[]> {
  /** Each request has its own connection, because the asking process may run for days. */
  async function during<T>(request: (service: Service) => Promise<T>): Promise<T> {
    const connection = openConnection(connect, busAddresses(address), userId, limits.first, secretServiceFailures)
    try {
      const service = converse(connection, { limits, personPresent: asker.personPresent, encrypted })
      return await within(limits, asker, service, request)
    } finally {
      connection.close()
    }
  }

  const wanted = searches.map((attributes) => new Map(Object.entries(attributes)))
  return during(async (service) => {
    const [paths] = await Promise.all([searchAll(service, wanted), service.session])
    const [secrets, described] = await Promise.all([service.secrets(paths), describeAll(service, paths)])
    return described.flatMap(({ path, attributes }) => {
      const bytes = secrets.get(path)
      if (bytes === undefined || !isUtf8(bytes)) return []
      const remove = async () => void (await during((again) => again.remove(path)))
      return [{ attributes: Object.fromEntries(attributes), secret: new Secret(Buffer.from(bytes).toString()), remove }]
    })
  })
}
