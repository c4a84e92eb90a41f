import { isUtf8 } from 'node:buffer'
import type { Asker } from '../../core/asker.ts'
import { Failure, isFailure } from '../../core/failure.ts'
import type { ForeignItem } from '../../core/foreign-item.ts'
import { Secret } from '../../core/secret.ts'
import { busAddresses } from '../../dbus/address.ts'
import { openConnection } from '../../dbus/connection.ts'
import type { StoreContext } from '../store-type.ts'
import { secretServiceFailures } from './errors.ts'
import { describeAll, searchAll } from './find.ts'
import { secretServiceOptions } from './machine-options.ts'
import type { SecretServiceOptions } from './options.ts'
import { converse, type Service } from './service.ts'
import { within } from './within.ts'

/** A person runs this command, so it may take longer than a client's call. */
const limits = { first: 10_000, answer: 10_000, person: 120_000, whole: 60_000 }

/** Items of the Secret Service of this session, as `foreignItems` finds them. */
export async function foreignItemsHere(
  context: StoreContext,
  asker: Asker,
  searches: readonly Readonly<Record<string, string>>[],
): Promise<readonly ForeignItem[]> {
  return foreignItems(await secretServiceOptions(context), asker, searches)
}

/**
 * All items that have at least one of these sets of attributes. Locked ones are unlocked if a person is present. An item
 * whose secret the service refuses, or whose secret is not text, has the failure in its place.
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
    const [secrets, described] = await Promise.all([secretsOf(service, paths), describeAll(service, paths)])
    return described.map(({ path, attributes }) => {
      const remove = async () => void (await during((again) => again.remove(path)))
      return { attributes: Object.fromEntries(attributes), secret: secretIn(secrets.get(path)), remove }
    })
  })
}

/** If the service refuses them together, each alone: oo7 and KWallet refuse all because of one. */
async function secretsOf(
  service: Service,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array | Failure>> {
  const asked = (some: readonly string[]): Promise<ReadonlyMap<string, Uint8Array> | Failure> =>
    service.secrets(some).catch((error: unknown) => {
      if (isFailure(error) && error.code === 'refused') return error
      throw error
    })
  const together = await asked(paths)
  if (!isFailure(together)) return together
  const alone = await Promise.all(paths.map((path) => asked([path])))
  return new Map(
    paths.flatMap((path, at) => {
      const found = alone[at]
      const secret = isFailure(found) ? found : found?.get(path)
      return secret === undefined ? [] : [[path, secret] as const]
    }),
  )
}

function secretIn(bytes: Uint8Array | Failure | undefined): Secret | Failure {
  if (bytes === undefined) return new Failure('refused', 'the Secret Service does not return its secret')
  if (isFailure(bytes)) return bytes
  return isUtf8(bytes) ? new Secret(Buffer.from(bytes).toString()) : new Failure('malformed', 'its secret is not text')
}
