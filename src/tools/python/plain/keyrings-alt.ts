import { join } from 'node:path'
import { Secret } from '../../../core/secret.ts'
import type { Machine, PlainSecret } from '../../tool.ts'
import { itemOf } from '../lookup.ts'
import { dataRoot } from '../places.ts'
import { readIni, withOption, withoutOption } from './ini.ts'
import type { Source } from './source.ts'

/**
 * `keyring_pass.cfg` of keyrings.alt: sections are services, options are user names, both with `_2F` for characters
 * that are not letters or digits. Values are base64 (keyrings/alt/file_base.py). configparser has converted user names
 * to lower case.
 */
export const keyringsAlt: Source = {
  name: 'keyrings.alt',

  find(machine) {
    const file = fileOf(machine)
    const secrets = readIni(machine.files.read(file) ?? '').flatMap(({ section, name, value }): PlainSecret[] => {
      const [service, username] = [unescaped(section), unescaped(name)]
      const password = decoded(value.join(''))
      if (service === undefined || username === undefined || password === undefined) return []
      const takeOut = () => machine.files.write(file, withoutOption(machine.files.read(file) ?? '', section, name))
      const trace = { source: 'keyrings.alt', file, section, name }
      return [{ where: file, credential: itemOf(service, username, new Secret(password)), takeOut, trace }]
    })
    const remarks =
      secrets.length > 0
        ? ['keyrings.alt keeps user names in lower case only; save again what was spelled otherwise']
        : []
    return { secrets, remarks }
  },

  putBack(machine, { file = '', section = '', name = '' }, credential) {
    const value = `\n\t${Buffer.from(credential.secret.expose()).toString('base64')}`
    machine.files.write(file, withOption(machine.files.read(file) ?? '', section, name, value))
  },
}

function fileOf(machine: Machine): string {
  return join(dataRoot(machine), 'keyring_pass.cfg')
}

function unescaped(text: string): string | undefined {
  if (!/^[A-Za-z0-9]*(_[0-9A-Fa-f]{2}[A-Za-z0-9]*)*$/.test(text)) return undefined
  return utf8(
    Buffer.from(
      text.replace(/_(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    ),
  )
}

function decoded(base64: string): string | undefined {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? utf8(Buffer.from(base64, 'base64')) : undefined
}

function utf8(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8')
  return Buffer.from(text).equals(bytes) ? text : undefined
}
