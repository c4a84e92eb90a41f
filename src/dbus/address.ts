import { Failure } from '../core/failure.ts'
import { isAbstract } from '../system/own-socket.ts'
import type { SocketPath } from '../system/unix-socket.ts'

/*
 * Addresses of a bus: https://dbus.freedesktop.org/doc/dbus-specification.html#addresses. Several are separated by
 * semicolons and tried in their order; each is a transport, a colon, and keys with escaped values.
 */

/** Where a bus listens, and which bus that is, as far as the address says it. */
export interface BusAddress {
  readonly path: SocketPath
  readonly guid?: string
}

/**
 * The sockets that an address list names. No list is `unavailable`; one without any Unix socket `unsupported`; one of
 * which nothing tells whose they are `refused`.
 */
export function busAddresses(addresses: string | undefined): readonly [BusAddress, ...BusAddress[]] {
  if (addresses === undefined || addresses === '') {
    throw new Failure('unavailable', 'there is no session bus', {
      hints: ['start one with: dbus-run-session', 'log in to a desktop, or to a user session of systemd'],
    })
  }
  const all = addresses.split(';').flatMap((address) => socketAddress(address) ?? [])
  const [first, ...others] = all.filter((address) => !isAnybodys(address))
  if (first !== undefined) return [first, ...others]
  if (all.length > 0) throw anybodys()
  throw new Failure('unsupported', 'the session bus has an address of a kind that credbridge does not connect to', {
    hints: ['set DBUS_SESSION_BUS_ADDRESS to a unix:path=… or unix:abstract=…,guid=… address'],
  })
}

/** Whether nothing tells whose it is: an abstract name may be taken by anybody, and no guid says which bus it was. */
export function isAnybodys({ path, guid }: BusAddress): boolean {
  return isAbstract(path) && guid === undefined
}

export function anybodys(): Failure {
  return new Failure(
    'refused',
    'the session bus has an abstract address without a guid, which anybody could have taken',
    {
      hints: ['start one with: dbus-run-session', 'set DBUS_SESSION_BUS_ADDRESS to a unix:path=… address'],
    },
  )
}

/** One address; `undefined` if it is none of a Unix socket. */
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
