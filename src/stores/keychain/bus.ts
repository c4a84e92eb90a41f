import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What `DBUS_SESSION_BUS_ADDRESS` must be in this process before the keychain is used on Linux; `undefined`: as it is.
 * The addon reads the variable by itself, in two libraries of which one does not know `$XDG_RUNTIME_DIR/bus` and the
 * other understands no list of addresses (docs/keychain.md).
 */
export function busAddress(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const [address, folder] = [env['DBUS_SESSION_BUS_ADDRESS'] ?? '', env['XDG_RUNTIME_DIR'] ?? '']
  if (address.includes(';')) return address.split(';').find(isThere)
  if (address !== '' || folder === '') return undefined
  const usual = `unix:path=${escaped(join(folder, 'bus'))}`
  return isThere(usual) ? usual : undefined
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

// https://dbus.freedesktop.org/doc/dbus-specification.html#addresses
function escaped(path: string): string {
  return encodeURIComponent(path)
    .replaceAll('%2F', '/')
    .replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)
}

function unescaped(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
