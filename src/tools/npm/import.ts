import type { Credential } from '../../core/credential.ts'
import type { Address } from '../../core/endpoint.ts'
import { isLoopback } from '../../core/loopback.ts'
import { Secret } from '../../core/secret.ts'
import { projectFiles } from '../guard/project-files.ts'
import type { FoundSecrets, Machine, PlainSecret, PlainSecrets, SetupOptions } from '../tool.ts'
import { type Edit, putBackInLines, type Spelling, secretInLines } from './edits.ts'
import { settingsInFile, userConfigFile } from './files.ts'
import { npmItself } from './machine.ts'
import { nerfDartOf, registryAddress, splitNerfDart } from './nerf-dart.ts'
import { type Line, npmrcLines, type Setting } from './npmrc.ts'
import { plainIn } from './plain-secrets.ts'
import { type Configuration, registriesIn, registryNamed, settingsInEnvironment } from './registries.ts'

/** The tokens and passwords in the user's and the project's npmrc, as npm, pnpm, Bun and Yarn 1 read them. */
export const npmrcSecrets: PlainSecrets = {
  async find(machine, options) {
    const own = options['file']
    const user = userConfigFile(machine)
    const files =
      typeof own === 'string' ? [own] : [user, ...projectFiles(machine, '.npmrc', [user]).map(({ file }) => file)]
    const { secrets, remarks } = await secretsInNpmrcs(machine, 'npm', files, options)
    return { secrets, remarks: [...remarks, ...(secrets.length > 0 ? otherReaders : [])] }
  },

  putBack: putBackInLines,
}

const otherReaders = [
  'pnpm reads these files, too: credbridge setup pnpm',
  'Bun reads these files, too: credbridge share <endpoint> --with bun',
]

/** The plain secrets in these npmrc files, for a manager that reads them. */
export async function secretsInNpmrcs(
  machine: Machine,
  owner: string,
  files: readonly string[],
  options: SetupOptions,
): Promise<FoundSecrets> {
  const configuration = await configurationOf(machine, userConfigFile(machine), files)
  const registries = registriesIn(configuration, machine.env).map(({ address }) => address)
  const usual = registryNamed('registry', configuration, machine.env)?.address
  const found = files.map((file) => findingsIn(machine, file, { ...options, owner, registries, usual }))
  return { secrets: found.flatMap((one) => one.secrets), remarks: found.flatMap((one) => one.remarks) }
}

interface About {
  readonly owner: string
  readonly registries: readonly Address[]
  /** The registry that the manager uses unless a scope has another one. */
  readonly usual: Address | undefined
  readonly only?: SetupOptions[string]
  readonly allowHttp?: SetupOptions[string]
}

/** Every registry that any file names. They show the scheme for a key, which has none. */
async function configurationOf(machine: Machine, user: string, files: readonly string[]): Promise<Configuration> {
  return {
    words: [],
    environment: settingsInEnvironment(machine.env),
    project: [],
    user: [...files, user].flatMap((file) => settingsInFile(machine.files.read(file) ?? '')),
    machine: (await npmItself(machine)).settings,
  }
}

function findingsIn(machine: Machine, file: string, about: About): FoundSecrets {
  const lines = npmrcLines(machine.files.read(file) ?? '')
  const secrets: PlainSecret[] = []
  const remarks: string[] = []
  for (const line of lines) {
    const { setting } = line
    if (setting === undefined || !plainIn(setting) || !isWanted(setting, about)) continue
    const endpoint = endpointOf(setting, about)
    const secret =
      typeof endpoint === 'string' ? endpoint : secretIn(machine, file, line, lines, { endpoint, owner: about.owner })
    if (typeof secret === 'string') remarks.push(`${file}, line ${line.number}: ${secret}`)
    else secrets.push(secret)
  }
  return { secrets, remarks }
}

function isWanted({ key }: Setting, { only }: About): boolean {
  return !Array.isArray(only) || only.includes(splitNerfDart(key)?.nerfDart ?? '')
}

/**
 * The endpoint of a key, or as a text why it is unknown. A key has no scheme: it gets that of a registry there, else
 * https.
 */
function endpointOf({ key }: Setting, { registries, usual, allowHttp }: About): Address | string {
  const nerfDart = splitNerfDart(key)?.nerfDart
  if (nerfDart === undefined) return usual ?? 'it is for the default registry, and nothing says which that is'
  const bare = registryAddress(`https:${nerfDart}`)
  if (bare === undefined) return 'this is no address of a registry'
  const known = registries.filter((at) => nerfDartOf(at).startsWith(nerfDart))
  const isHttp = known.length === 0 ? isLoopback(bare) : known.every(({ scheme }) => scheme === 'http')
  if (!isHttp) return bare
  if (!isLoopback(bare) && allowHttp !== true) return 'its registry is not encrypted, so it stays (--allow-http)'
  return registryAddress(`http:${nerfDart}`) ?? bare
}

function secretIn(
  machine: Machine,
  file: string,
  line: Line,
  all: readonly Line[],
  place: Place,
): PlainSecret | string {
  const read = credentialIn(line.setting ?? { key: '', value: '' }, all, place)
  if (typeof read === 'string') return read
  const raw = (machine.files.read(file) ?? '').split('\n')
  const edits = [line, ...read.with].map(({ number }): Edit => ({ at: number - 1, was: raw[number - 1] ?? '' }))
  const isOneLine = edits.every(({ was }) => !was.slice(0, -1).includes('\r'))
  const secret = isOneLine ? secretInLines(machine, file, edits, read.spelling, read.credential) : undefined
  return secret ?? 'it is written in a way that cannot be taken out, so it stays'
}

type Place = Pick<Credential, 'endpoint' | 'owner'>

interface Read {
  readonly credential: Credential
  readonly spelling: Spelling
  /** Further lines that have no meaning without it. */
  readonly with: readonly Line[]
}

function credentialIn({ key, value }: Setting, all: readonly Line[], place: Place): Read | string {
  const name = splitNerfDart(key)?.name ?? key
  if (name === '_authToken') {
    return {
      credential: { ...place, account: '', kind: 'bearer', secret: new Secret(value) },
      spelling: 'plain',
      with: [],
    }
  }
  const decoded = Buffer.from(value, 'base64').toString('utf8')
  if (name === '_auth') {
    const colon = decoded.indexOf(':')
    if (colon < 0) return 'it is no user name and password in base64'
    const [account, secret] = [decoded.slice(0, colon), new Secret(decoded.slice(colon + 1))]
    return { credential: { ...place, account, kind: 'basic', secret }, spelling: 'user-and-password-base64', with: [] }
  }
  const wanted = `${key.slice(0, key.length - '_password'.length)}username`
  const user = all.find((line) => line.setting?.key === wanted)
  const account = user?.setting?.value ?? ''
  if (user === undefined || account === '' || account.includes('${')) return 'its user name does not stand beside it'
  return {
    credential: { ...place, account, kind: 'basic', secret: new Secret(decoded) },
    spelling: 'base64',
    with: [user],
  }
}
