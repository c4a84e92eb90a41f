import { isUtf8 } from 'node:buffer'
import { Secret } from '../../core/secret.ts'
import { busAddresses } from '../../dbus/address.ts'
import { openConnection } from '../../dbus/connection.ts'
import type { Bodies } from './bodies.ts'
import { peerFailures } from './errors.ts'
import { describeAll, searchAll } from './find.ts'
import { converse } from './service.ts'
import type { SecretServiceOptions } from './store.ts'

/** An item that another program made, with the attributes that it gave it. */
export interface StrangersItem {
  readonly attributes: Readonly<Record<string, string>>
  readonly secret: Secret
  /** Removes it for good, if it is still there. */
  remove(): Promise<void>
}

/** A person waits for this command: it may take longer than a client's call. */
const limits = { first: 10_000, answer: 10_000, person: 120_000 }

/** All items that have at least one of these sets of attributes, unlocked if somebody is there; one whose secret is no text is left out. */
export async function strangersItems(
  { address, connect, userId, personPresent, encrypted = false }: SecretServiceOptions,
  searches: readonly Readonly<Record<string, string>>[],
): Promise<readonly StrangersItem[]> {
  const connection = openConnection<Bodies>(connect, busAddresses(address), userId, limits.first, peerFailures)
  const service = converse(connection, { limits, personPresent, encrypted })
  const wanted = searches.map((attributes) => new Map(Object.entries(attributes)))
  const [paths] = await Promise.all([searchAll(service, wanted), service.session])
  const [secrets, described] = await Promise.all([service.secrets(paths), describeAll(service, paths)])
  return described.flatMap((item) => {
    const bytes = secrets.get(item.path)
    if (bytes === undefined || !isUtf8(bytes)) return []
    const remove = async () => void (await service.remove(item.path))
    return [
      { attributes: Object.fromEntries(item.attributes), secret: new Secret(Buffer.from(bytes).toString()), remove },
    ]
  })
}
