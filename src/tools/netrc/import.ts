import { isAbsolute, join, resolve } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { hint, placeWords } from '../../core/hint.ts'
import { Secret } from '../../core/secret.ts'
import { endpointIn } from '../bare-host.ts'
import type { DoctorLine, FoundSecrets, Machine, PlainSecret, PlainSecrets, SetupOptions } from '../tool.ts'
import { layoutOf, withoutEntry } from './edits.ts'
import { tool } from './names.ts'
import { putBackAll } from './put-back.ts'
import { type Entry, entriesIn } from './syntax.ts'

/** The entries of .netrc with a host, a login and a password. All else stays. */
export const netrcPlainSecrets: PlainSecrets = {
  async find(machine, options) {
    const found = filesMeant(machine, options).map((file) => secretsIn(machine, file))
    return { secrets: found.flatMap(({ secrets }) => secrets), remarks: found.flatMap(({ remarks }) => remarks) }
  },

  putBackAll: async (machine, taken) => putBackAll(machine, taken),
}

/** What doctor says. */
export async function checkNetrc(machine: Machine): Promise<readonly DoctorLine[]> {
  return filesMeant(machine, {}).flatMap((file): readonly DoctorLine[] => {
    const { length } = secretsIn(machine, file).secrets
    const says = `${length === 1 ? 'a password is' : `${length} passwords are`} readable in ${file}`
    return length === 0 ? [] : [{ state: 'note', says, fix: hint`credbridge import netrc` }]
  })
}

/** curl, Go and Python take the file's name from NETRC. */
function filesMeant({ home, env, platform, workingFolder }: Machine, { file }: SetupOptions): readonly string[] {
  if (typeof file === 'string') return [resolve(workingFolder, file)]
  const named = env['NETRC'] ?? ''
  if (isAbsolute(named)) return [named]
  return ['.netrc', ...(platform === 'win32' ? ['_netrc'] : [])].map((name) => join(home, name))
}

function secretsIn(machine: Machine, file: string): FoundSecrets {
  const text = machine.files.read(file) ?? ''
  const entries = entriesIn(text)
  const [secrets, remarks]: [PlainSecret[], string[]] = [[], []]
  for (const entry of entries) {
    const found = secretOf(machine, file, text, entry, entries)
    if (typeof found === 'string') remarks.push(`${whereIn(file, text, entry)}: left, ${found}`)
    else secrets.push(found)
  }
  return secrets.length === 0
    ? { secrets, remarks }
    : { secrets, remarks: [...remarks, ...remarksOn(secrets, file, entries)] }
}

/** A text: why the entry stays. */
function secretOf(
  machine: Machine,
  file: string,
  text: string,
  entry: Entry,
  all: readonly Entry[],
): PlainSecret | string {
  const { machine: host, login, password, fault } = entry
  if (host === undefined) return 'it is for every host'
  if (fault !== undefined || login === undefined || password === undefined) return fault ?? 'it has no password'
  const endpoint = endpointIn(host.text)
  if (endpoint === undefined) return 'its machine is not a host'
  const isSame = (other: Entry) =>
    endpointIn(other.machine?.text ?? '')?.key === endpoint.key && other.login?.text === login.text
  if (all.filter(isSame).length > 1) return 'there are several for this login'
  const layout = layoutOf(text, entry)
  if (layout === undefined) return 'its password is written in a way that could not be put back'
  return {
    where: whereIn(file, text, entry),
    credential: { endpoint, account: login.text, owner: tool, kind: 'basic', secret: new Secret(password.text) },
    takeOut: () => takeOut(machine, file, host.text, login.text, password.text),
    trace: { file, machine: host.text, layout: JSON.stringify(layout) },
  }
}

function whereIn(file: string, text: string, { words: [first] }: Entry): string {
  return `${file}, line ${text.slice(0, first?.start).split('\n').length}`
}

function remarksOn(secrets: readonly PlainSecret[], file: string, entries: readonly Entry[]): readonly string[] {
  const hasDefault = entries.some(({ machine, password }) => machine === undefined && password !== undefined)
  const places = secrets.map(({ credential: { endpoint, account } }) => ({ endpoint, account }))
  const firsts = places.filter(({ endpoint }, at) => {
    const isHere = (one: (typeof places)[number]) => one.endpoint.key === endpoint.key
    return places.findIndex(isHere) === at && places.filter(isHere).length > 1
  })
  return [
    `curl, wget and others do not find them in ${file} any more; for curl: curl --netrc-file <(credbridge netrc <endpoint>)`,
    ...(hasDefault ? [`${file} has a default entry: whoever reads the file sends that to these hosts, too`] : []),
    ...firsts.map(
      ({ endpoint, account }) =>
        hint`${endpoint.key} has several logins, of which the first counted: credbridge default ${placeWords(endpoint, account)}`,
    ),
  ]
}

function takeOut({ files }: Machine, file: string, machine: string, login: string, password: string): void {
  const text = files.read(file) ?? ''
  const entry = entriesIn(text).find(
    (one) => one.machine?.text === machine && one.login?.text === login && one.password?.text === password,
  )
  if (entry === undefined) {
    throw new Failure('refused', `${file} has changed meanwhile: the password is kept, and still stands there, too`)
  }
  files.write(file, withoutEntry(text, entry))
}
