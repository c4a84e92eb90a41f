import { existsSync } from 'node:fs'
import { sessionBus } from '../../dbus/session-bus.ts'

/**
 * What `DBUS_SESSION_BUS_ADDRESS` must be in this process before the keychain is used on Linux; `undefined`: as it is.
 * The addon reads the variable by itself, in two libraries of which one does not know `$XDG_RUNTIME_DIR/bus` and the
 * other understands no list of addresses (docs/keychain.md).
 */
export function busAddress(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const told = env['DBUS_SESSION_BUS_ADDRESS'] ?? ''
  const address = sessionBus(env)
  if (told.includes(';')) return told.split(';').find(isThere)
  return told === '' && address !== undefined && isThere(address) ? address : undefined
}

/** Whether the socket of an address exists, as far as a look at the file system tells. */
function isThere(address: string): boolean {
  if (!address.startsWith('unix:')) return false
  const path = address
    .slice('unix:'.length)
    .split(',')
    .find((part) => part.startsWith('path='))
  return path === undefined ? address.includes('abstract=') : existsSync(unescaped(path.slice('path='.length)))
}

function unescaped(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
