import { existsSync } from 'node:fs'
import type { Failure } from '../../core/failure.ts'
import { anybodys, isAnybodys, socketAddress } from '../../dbus/address.ts'
import { sessionBus } from '../../dbus/session-bus.ts'
import { isAbstract, strangerAt } from '../../system/own-socket.ts'

/**
 * What `DBUS_SESSION_BUS_ADDRESS` must be in this process before the keychain is used on Linux; `undefined`: as it is.
 * The addon reads the variable by itself, in two libraries of which one does not know `$XDG_RUNTIME_DIR/bus` and the
 * other understands no list of addresses (docs/keychain.md). A socket of another user's is `refused`.
 */
export function busAddress(env: Readonly<Record<string, string | undefined>>, userId: number): string | undefined {
  const told = env['DBUS_SESSION_BUS_ADDRESS'] ?? ''
  const address = sessionBus(env)
  if (told.includes(';')) return firstOfOurs(told.split(';').filter(isThere), userId)
  if (told !== '') firstOfOurs([told], userId)
  return told === '' && address !== undefined && isThere(address) ? firstOfOurs([address], userId) : undefined
}

function firstOfOurs(addresses: readonly string[], userId: number): string | undefined {
  let stranger: Failure | undefined
  for (const address of addresses) {
    const failure = strangerAtAddress(address, userId)
    if (failure === undefined) return address
    stranger ??= failure
  }
  if (stranger !== undefined) throw stranger
  return undefined
}

/** Whoever it is that the library would speak to there, it looks at the guid itself. */
function strangerAtAddress(address: string, userId: number): Failure | undefined {
  const socket = socketAddress(address)
  if (socket === undefined) return undefined
  return isAnybodys(socket) ? anybodys() : strangerAt(socket.path, userId)
}

/** Whether the socket of an address exists, as far as a look at the file system tells. */
function isThere(address: string): boolean {
  const socket = socketAddress(address)
  return socket !== undefined && (isAbstract(socket.path) || existsSync(socket.path))
}
