import { existsSync } from 'node:fs'
import type { Place } from '../../core/credential.ts'
import { Failure } from '../../core/failure.ts'
import { sessionBus } from '../../dbus/session-bus.ts'
import type { ClientMachine } from '../../system/machine.ts'
import { indexFileIn } from '../keychain/place.ts'
import { lockFolder } from '../lock-folder.ts'
import type { StoreContext } from '../store-type.ts'
import type { SecretServiceOptions } from './options.ts'

/** The options for the Secret Service of this session. `unsupported` on other systems than Linux. */
export async function secretServiceOptions({ machine, settings }: StoreContext): Promise<SecretServiceOptions> {
  if (machine.platform !== 'linux') throw new Failure('unsupported', 'there is no Secret Service on this system')
  const [connect, before] = await Promise.all([machine.connector(), writtenByKeychain(machine)])
  return {
    address: sessionBus(machine.env),
    connect,
    userId: machine.userId,
    encrypted: settings.secretServiceSession === 'dh',
    before,
    locks: lockFolder(machine),
  }
}

/** The places of items that the `keychain` store wrote into the same Secret Service, with only service and user. */
async function writtenByKeychain({ folders: places, userId }: ClientMachine): Promise<readonly Place[]> {
  const file = indexFileIn(places.data)
  if (!existsSync(file)) return []
  const { entryOf, readIndex } = await import('../keychain/index-file.ts')
  return readIndex({ file, userId }).map(entryOf)
}
