import { join } from 'node:path'

/**
 * Where the session bus is; where nothing says it, or what says it has outlived its bus, the place that systemd gives
 * it. Nothing at all: `undefined`.
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
