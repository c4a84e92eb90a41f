import { Failure } from '../core/failure.ts'
import type { Store } from '../core/store.ts'

/**
 * The same store, but every call throws `malformed` for a name that other stores cannot keep. D-Bus and Windows end a
 * name at a NUL (https://dbus.freedesktop.org/doc/dbus-specification.html#basic-types), and an unpaired surrogate
 * cannot be encoded in UTF-8.
 */
export function refusingNames({ find, save, remove, ...rest }: Store): Store {
  return {
    ...rest,
    async find(asker, endpoints, account) {
      refuse(account ?? '', ...endpoints.map(({ key }) => key))
      return find(asker, endpoints, account)
    },
    async save(asker, item, condition) {
      refuse(item.account, item.endpoint.key)
      return save(asker, item, condition)
    },
    async remove(asker, place, expected) {
      refuse(place.account, place.endpoint.key)
      return remove(asker, place, expected)
    },
  }
}

function refuse(...names: readonly string[]): void {
  if (names.every((name) => name.isWellFormed() && !name.includes('\0'))) return
  throw new Failure('malformed', 'a name must not contain a NUL or an unpaired surrogate')
}
