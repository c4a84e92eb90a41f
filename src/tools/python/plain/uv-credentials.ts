import { join } from 'node:path'
import { parse, stringify } from 'smol-toml'
import { Failure } from '../../../core/failure.ts'
import { Secret } from '../../../core/secret.ts'
import { whileFlocked } from '../../../system/flock.ts'
import type { Machine, PlainSecret } from '../../tool.ts'
import { itemOf } from '../lookup.ts'
import { absolute } from '../places.ts'
import type { Source } from './source.ts'

/** `credentials.toml`, which `uv auth login` writes: a table `credential` for each service and user. */
export const uvCredentials: Source = {
  name: 'uv',

  find(machine) {
    const file = fileOf(machine)
    const all = credentialsIn(machine, file)
    const secrets = all.flatMap((entry): PlainSecret[] => {
      const { service, username, password, scheme = 'basic' } = entry
      if (!isText(service) || !isText(password) || scheme !== 'basic') return []
      const user = isText(username) ? username : ''
      const takeOut = () => change(machine, file, (entries) => entries.filter((other) => !same(other, service, user)))
      const trace = { source: 'uv', file, service }
      const where = `${file}: ${service}`
      return [{ where, credential: itemOf(service, user, new Secret(password)), readBy: ['uv'], takeOut, trace }]
    })
    const left = all.length - secrets.length
    const remarks = left === 0 ? [] : [`${file}: ${left} stay, which are no user name and password`]
    return { secrets, remarks }
  },

  putBack(machine, { file = '', service = '' }, { account, secret }) {
    const back = { service, username: account, scheme: 'basic', password: secret.expose() }
    return change(machine, file, (entries) => [...entries.filter((entry) => !same(entry, service, account)), back])
  },
}

type Entry = Readonly<Record<string, unknown>>

function fileOf({ home, env, platform }: Machine): string {
  const own = absolute(env['UV_CREDENTIALS_DIR'])
  const roaming = platform === 'win32' ? absolute(env['APPDATA']) : undefined
  const usual = absolute(env['XDG_DATA_HOME']) ?? join(home, '.local', 'share')
  const uv = roaming === undefined ? join(usual, 'uv') : join(roaming, 'uv', 'data')
  return join(own ?? join(uv, 'credentials'), 'credentials.toml')
}

function credentialsIn(machine: Machine, file: string): readonly Entry[] {
  const text = machine.files.read(file)
  if (text === undefined) return []
  const list = parsed(text, file)['credential']
  return Array.isArray(list) ? (list as Entry[]) : []
}

function parsed(text: string, file: string): Entry {
  try {
    return parse(text)
  } catch {
    throw new Failure('malformed', `${file} is not TOML`)
  }
}

/** Holds uv's own lock if the file is uv's: uv takes it whenever it writes the file. */
export async function whileUvWaits<T>(machine: Machine, file: string, work: () => T): Promise<T> {
  return file === fileOf(machine) ? whileFlocked(machine, { file, lock: `${file}.lock` }, work) : work()
}

function change(machine: Machine, file: string, edit: (entries: readonly Entry[]) => readonly Entry[]): Promise<void> {
  return whileUvWaits(machine, file, () => {
    const credential = edit(credentialsIn(machine, file))
    if (credential.length === 0) machine.files.remove(file)
    else machine.files.write(file, stringify({ credential }))
  })
}

function same({ service, username }: Entry, otherService: string, otherUser: string): boolean {
  return service === otherService && (username ?? '') === otherUser
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
