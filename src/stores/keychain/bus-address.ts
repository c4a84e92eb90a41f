import { existsSync } from 'node:fs'
import type { Failure } from '../../core/failure.ts'
import { anybodys, isAnybodys, socketAddress } from '../../dbus/address.ts'
import { sessionBus } from '../../dbus/session-bus.ts'
import { isAbstract, refusalOf } from '../../system/own-socket.ts'

/**
 * The value that `DBUS_SESSION_BUS_ADDRESS` must have in this process before the keychain is used on Linux; `undefined`
 * if the variable is right. The addon reads the variable in two libraries: one does not know `$XDG_RUNTIME_DIR/bus`,
 * the other does not support a list of addresses (docs/keychain.md). A socket of another user is `refused`.
 */
export function busAddress(env: Readonly<Record<string, string | undefined>>, userId: number): string | undefined {
  const named = env['DBUS_SESSION_BUS_ADDRESS'] ?? ''
  const address = sessionBus(env)
  if (named.includes(';')) return firstOfOurs(named.split(';').filter(isThere), userId)
  if (named !== '') firstOfOurs([named], userId)
  return named === '' && address !== undefined && isThere(address) ? firstOfOurs([address], userId) : undefined
}

function firstOfOurs(addresses: readonly string[], userId: number): string | undefined {
  let refusal: Failure | undefined
  for (const address of addresses) {
    const failure = refusalOfAddress(address, userId)
    if (failure === undefined) return address
    refusal ??= failure
  }
  if (refusal !== undefined) throw refusal
  return undefined
}

/** Why the address is refused. The libraries compare the guid themselves. */
function refusalOfAddress(address: string, userId: number): Failure | undefined {
  const socket = socketAddress(address)
  if (socket === undefined) return undefined
  return isAnybodys(socket) ? anybodys() : refusalOf(socket.path, userId)
}

/** Whether the socket of an address exists. Abstract sockets are assumed to exist. */
function isThere(address: string): boolean {
  const socket = socketAddress(address)
  return socket !== undefined && (isAbstract(socket.path) || existsSync(socket.path))
}
