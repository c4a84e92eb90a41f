import { join } from 'node:path'
import { Secret } from '../../../core/secret.ts'
import type { Machine, PlainSecret } from '../../tool.ts'
import { itemOf } from '../lookup.ts'
import { absolute } from '../places.ts'
import type { Source } from './source.ts'

/**
 * Index addresses that contain a password, in the settings of pip and uv. The user name stays in the address, because
 * pip before 26.2 asks for no credential without one.
 */
export const urls: Source = {
  name: 'urls',

  find(machine) {
    return { secrets: filesOf(machine).flatMap((file) => secretsIn(machine, file)), remarks: [] }
  },

  putBack(machine, { file = '', url = '', escaped = '' }, { secret }) {
    const [scheme, rest = ''] = url.split('://', 2)
    const at = rest.indexOf('@')
    const whole = `${scheme}://${rest.slice(0, at)}:${escapedAs(escaped, secret.expose())}${rest.slice(at)}`
    machine.files.write(file, replaced(machine.files.read(file) ?? '', url, whole))
  },
}

function filesOf({ home, env, platform }: Machine): readonly string[] {
  const config = absolute(env['XDG_CONFIG_HOME']) ?? join(home, '.config')
  const roaming = absolute(env['APPDATA'])
  if (platform === 'win32' && roaming !== undefined) {
    return [join(roaming, 'pip', 'pip.ini'), join(home, 'pip', 'pip.ini'), join(roaming, 'uv', 'uv.toml')]
  }
  const mac = platform === 'darwin' ? [join(home, 'Library', 'Application Support', 'pip', 'pip.conf')] : []
  const named = absolute(env['PIP_CONFIG_FILE'])
  const pip = [...mac, join(config, 'pip', 'pip.conf'), join(home, '.pip', 'pip.conf'), ...(named ? [named] : [])]
  return [...new Set([...pip, join(config, 'uv', 'uv.toml')])]
}

function secretsIn(machine: Machine, file: string): PlainSecret[] {
  return [...new Set((machine.files.read(file) ?? '').match(withPassword) ?? [])].flatMap((url) => {
    const parts = partsOf(url)
    return parts === undefined ? [] : [secretAt(machine, file, url, parts)]
  })
}

/** Up to a character that an address cannot contain: white space, quotes, separators of lists. */
const withPassword = /https?:\/\/[^\s"'@/,\]]+:[^\s"'@/,\]]+@[^\s"',\]]+/g

interface Parts {
  readonly user: string
  readonly password: string
  /** The address without any user. */
  readonly service: string
  /** The address with its user, without the password. */
  readonly left: string
}

function partsOf(url: string): Parts | undefined {
  const start = url.indexOf('://') + 3
  const [at, colon] = [url.indexOf('@'), url.indexOf(':', start)]
  const [scheme, user, rest] = [url.slice(0, start), url.slice(start, colon), url.slice(at + 1)]
  if (url.includes('${')) return undefined // it names a variable of the environment
  try {
    const password = decodeURIComponent(url.slice(colon + 1, at))
    return {
      user: decodeURIComponent(user),
      password,
      service: `${scheme}${rest}`,
      left: `${scheme}${user}@${rest}`,
    }
  } catch {
    return undefined
  }
}

function secretAt(machine: Machine, file: string, url: string, { user, password, service, left }: Parts): PlainSecret {
  const asWritten = url.slice(url.indexOf(':', url.indexOf('://') + 3) + 1, url.indexOf('@'))
  return {
    where: `${file}: the address of ${service}`,
    readBy: [file.endsWith('.toml') ? 'uv' : 'pip'],
    credential: itemOf(service, user, new Secret(password)),
    takeOut: () => machine.files.write(file, replaced(machine.files.read(file) ?? '', url, left)),
    trace: { source: 'urls', file, url: left, escaped: encodeURIComponent(password) === asWritten ? 'all' : 'needed' },
  }
}

function escapedAs(how: string, password: string): string {
  if (how === 'all') return encodeURIComponent(password)
  return password.replace(/[\s"'@/,\]%?#:]/g, (character) => encodeURIComponent(character))
}

/** All positions of the address, except within a longer one. */
function replaced(text: string, url: string, by: string): string {
  const places = text.split(url)
  return places.reduce((all, next) => `${all}${/^[^\s"',\]]/.test(next) ? url : by}${next}`)
}
