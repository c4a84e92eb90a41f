import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { isAbstract } from '../system/own-socket.ts'
import type { SocketPath } from '../system/unix-socket.ts'

/*
 * D-Bus addresses: https://dbus.freedesktop.org/doc/dbus-specification.html#addresses. A list is separated by
 * semicolons and tried in order. Each address is a transport, a colon, and keys with escaped values.
 */

/** The socket of a bus, and the bus's guid if the address contains it. */
export interface BusAddress {
  readonly path: SocketPath
  readonly guid?: string
}

/**
 * The sockets of an address list. No list: `unavailable`. No Unix socket in it: `unsupported`. Only abstract sockets
 * without a guid: `refused`.
 */
export function busAddresses(addresses: string | undefined): readonly [BusAddress, ...BusAddress[]] {
  if (addresses === undefined || addresses === '') {
    throw new Failure('unavailable', 'there is no session bus', {
      hints: [hint`start one with: dbus-run-session`, hint`log in to a desktop, or to a user session of systemd`],
    })
  }
  const all = addresses.split(';').flatMap((address) => socketAddress(address) ?? [])
  const [first, ...others] = all.filter((address) => !isAnybodys(address))
  if (first !== undefined) return [first, ...others]
  if (all.length > 0) throw anybodys()
  throw new Failure('unsupported', 'the address of the session bus is not a Unix socket', {
    hints: [hint`set DBUS_SESSION_BUS_ADDRESS to a unix:path=… or unix:abstract=…,guid=… address`],
  })
}

/** Whether the bus cannot be verified: any user can take an abstract name, and the address has no guid to compare. */
export function isAnybodys({ path, guid }: BusAddress): boolean {
  return isAbstract(path) && guid === undefined
}

export function anybodys(): Failure {
  return new Failure(
    'refused',
    'the session bus has an abstract address without a guid, which any user could have taken',
    {
      hints: [hint`start one with: dbus-run-session`, hint`set DBUS_SESSION_BUS_ADDRESS to a unix:path=… address`],
    },
  )
}

/** One address; `undefined` if it is not a Unix socket. */
export function socketAddress(address: string): BusAddress | undefined {
  if (!address.startsWith('unix:')) return undefined
  let path: string | undefined
  let guid: string | undefined
  for (const pair of address.slice('unix:'.length).split(',')) {
    const equals = pair.indexOf('=')
    const value = unescaped(pair.slice(equals + 1))
    if (value === undefined || value === '' || value.includes('\0')) continue
    const key = pair.slice(0, equals)
    if (key === 'path') path ??= value
    if (key === 'abstract') path ??= `\0${value}`
    if (key === 'guid') guid = value
  }
  if (path === undefined) return undefined
  return guid === undefined ? { path } : { path, guid }
}

/** Percent and two hexadecimal digits stand for one byte. */
function unescaped(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}
