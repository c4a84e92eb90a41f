import { join } from 'node:path'

/**
 * The address of the session bus from the environment, followed by systemd's usual socket, because the variable may
 * outlive its bus. `undefined` if there is neither.
 */
export function sessionBus(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const [address, folder] = [env['DBUS_SESSION_BUS_ADDRESS'] ?? '', env['XDG_RUNTIME_DIR'] ?? '']
  const usual = folder === '' ? undefined : `unix:path=${escaped(join(folder, 'bus'))}`
  if (address === '') return usual
  return address.startsWith('unix:') && usual !== undefined ? `${address};${usual}` : address
}

// https://dbus.freedesktop.org/doc/dbus-specification.html#addresses
function escaped(path: string): string {
  const encoded = encodeURIComponent(path).replaceAll('%2F', '/')
  return [..."!'()~"].reduce((text, c) => text.replaceAll(c, `%${c.charCodeAt(0).toString(16)}`), encoded)
}
