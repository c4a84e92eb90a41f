import { Failure } from '../core/failure.ts'
import type { SocketPath } from '../system/unix-socket.ts'

/*
 * Addresses of a bus: https://dbus.freedesktop.org/doc/dbus-specification.html#addresses. Several are separated by
 * semicolons and tried in their order; each is a transport, a colon, and keys with escaped values.
 */

/** The sockets that an address list names. No list is `unavailable`; one without any Unix socket `unsupported`. */
export function socketPaths(addresses: string | undefined): readonly [SocketPath, ...SocketPath[]] {
  if (addresses === undefined || addresses === '') {
    throw new Failure('unavailable', 'there is no session bus', {
      hints: ['start one with: dbus-run-session', 'log in to a desktop, or to a user session of systemd'],
    })
  }
  const [first, ...others] = addresses.split(';').flatMap(socketPath)
  if (first !== undefined) return [first, ...others]
  throw new Failure('unsupported', 'the session bus has an address of a kind that credbridge does not connect to', {
    hints: ['set DBUS_SESSION_BUS_ADDRESS to a unix:path=… or unix:abstract=… address'],
  })
}

function socketPath(address: string): SocketPath[] {
  if (!address.startsWith('unix:')) return []
  for (const pair of address.slice('unix:'.length).split(',')) {
    const equals = pair.indexOf('=')
    const value = unescaped(pair.slice(equals + 1))
    if (value === undefined || value === '' || value.includes('\0')) continue
    if (pair.slice(0, equals) === 'path') return [value]
    if (pair.slice(0, equals) === 'abstract') return [`\0${value}`]
  }
  return []
}

/** Percent and two hexadecimal digits stand for one byte. */
function unescaped(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}
