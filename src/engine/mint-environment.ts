import { insideMinting } from '../core/program.ts'
import type { Environment } from '../system/machine.ts'

/*
 * The environment of a command whose result all callers share. It must not depend on who asks first: a project's shell may
 * set the profile of a cloud, or variables that make programs run its code. So it has only what says who the user is, how
 * this machine reaches others, and where the session is. A person who wants more writes `env NAME=value command`.
 */

const names = [
  ...['HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'TZ', 'TMPDIR'],
  ...['DISPLAY', 'WAYLAND_DISPLAY', 'DBUS_SESSION_BUS_ADDRESS', 'SSH_AUTH_SOCK'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'AWS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'REQUESTS_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS'],
  // Programs on Windows do not start without some of these.
  ...['SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'COMSPEC', 'PATHEXT', 'PROGRAMFILES', 'PROGRAMDATA', 'TEMP', 'TMP'],
  ...['USERNAME', 'USERPROFILE', 'HOMEDRIVE', 'HOMEPATH', 'APPDATA', 'LOCALAPPDATA'],
]

const families = ['LC_', 'XDG_', 'CREDBRIDGE_']

/** The key of the vault is not for other programs. */
const never = ['CREDBRIDGE_VAULT_KEY', 'CREDBRIDGE_VAULT_KEY_FD']

export function mintEnvironment(from: Environment, path: string): Readonly<Record<string, string>> {
  const kept = Object.entries(from).flatMap(([name, value]) => {
    const upper = name.toUpperCase()
    const isMeant = names.includes(upper) || families.some((family) => upper.startsWith(family))
    return value !== undefined && isMeant && !never.includes(upper) ? [[name, value] as const] : []
  })
  return { ...Object.fromEntries(kept), PATH: path, [insideMinting]: '1' }
}
