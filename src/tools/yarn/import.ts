import type { Credential } from '../../core/credential.ts'
import type { Address } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { isLoopback } from '../../core/loopback.ts'
import { Secret } from '../../core/secret.ts'
import { projectFiles } from '../guard/project-files.ts'
import { type YamlEntry, yamlEntries } from '../guard/yaml.ts'
import type { Spelling } from '../npm/edits.ts'
import { registryAddress } from '../npm/nerf-dart.ts'
import type { FoundSecrets, Machine, PlainSecrets, SetupOptions } from '../tool.ts'
import { putBackEntry, secretInEntry } from './entries.ts'
import { homeFile } from './setup.ts'

/** npmAuthToken and npmAuthIdent in the user's and the project's .yarnrc.yml. */
export const yarnrcSecrets: PlainSecrets = {
  async find(machine, options) {
    const home = homeFile(machine)
    const files = [home, ...projectFiles(machine, '.yarnrc.yml', [home]).map(({ file }) => file)]
    const usual = yamlEntries(machine.files.read(home) ?? '')?.find(isUsual)?.value ?? (await askYarn(machine))
    const found = files.map((file) => findingsIn(machine, file, usual, options))
    return {
      secrets: found.flatMap((one) => one.secrets),
      remarks: found.flatMap((one) => one.remarks),
      broken: found.flatMap((one) => one.broken ?? []),
    }
  },

  putBack: putBackEntry,
}

function isUsual({ path }: YamlEntry): boolean {
  return path.join() === 'npmRegistryServer'
}

/** Yarn's default registry. Yarn 1 cannot be asked for it. */
async function askYarn(machine: Machine): Promise<string | undefined> {
  const yarn = machine.program('yarn')
  if (yarn === undefined) return undefined
  const ran = await machine.run(yarn, ['config', 'get', 'npmRegistryServer'], { limit: 20_000 })
  return ran.exitCode === 0 ? ran.stdout.trim() : undefined
}

function findingsIn(machine: Machine, file: string, usual: string | undefined, options: SetupOptions): FoundSecrets {
  const text = machine.files.read(file) ?? ''
  const entries = yamlEntries(text)
  if (entries === undefined)
    return {
      secrets: [],
      remarks: [],
      broken: [new Failure('malformed', `${file} cannot be read as YAML, so it stays`)],
    }
  const plain = entries.filter(({ path, value = '' }) => isSecret(path) && value !== '' && !value.includes('${'))
  const found = plain.map((entry) => {
    const endpoint = endpointOf(entry, entries, usual, options)
    if (typeof endpoint === 'string') return `${file}, line ${entry.line + 1}: ${endpoint}`
    const read = credentialIn(entry, endpoint)
    const secret = secretInEntry(machine, file, entry, read.spelling, read.credential)
    return secret ?? `${file}, line ${entry.line + 1}: it is written in a way that cannot be taken out, so it stays`
  })
  return {
    secrets: found.filter((one) => typeof one !== 'string'),
    remarks: found.filter((one) => typeof one === 'string'),
  }
}

function isSecret(path: readonly string[]): boolean {
  return ['npmAuthToken', 'npmAuthIdent'].includes(path.at(-1) ?? '')
}

/** The endpoint of an entry, or as a text why it is unknown. */
function endpointOf(
  { path }: YamlEntry,
  all: readonly YamlEntry[],
  usual: string | undefined,
  options: SetupOptions,
): Address | string {
  const above = path.slice(0, -1)
  const named = (of: readonly string[]) =>
    all.find((one) => one.path.join('\n') === [...of, 'npmRegistryServer'].join('\n'))?.value
  const url = above[0] === 'npmRegistries' ? above[1] : (named(above) ?? named([]) ?? usual)
  const bare = url?.startsWith('//') === true ? `https:${url}` : url
  const address = bare === undefined ? undefined : registryAddress(bare)
  if (address === undefined) return 'nothing says which registry it is for'
  const at =
    url?.startsWith('//') === true && isLoopback(address) ? (registryAddress(`http:${url}`) ?? address) : address
  if (at.scheme === 'http' && !isLoopback(at) && options['allowHttp'] !== true) {
    return 'its registry is not encrypted, so it stays (--allow-http)'
  }
  return at
}

function credentialIn(
  { path, value = '' }: YamlEntry,
  endpoint: Address,
): { credential: Credential; spelling: Spelling } {
  const place = { endpoint, owner: 'yarn' }
  if (path.at(-1) === 'npmAuthToken') {
    return { credential: { ...place, account: '', kind: 'bearer', secret: new Secret(value) }, spelling: 'plain' }
  }
  const encoded = !value.includes(':')
  const ident = encoded ? Buffer.from(value, 'base64').toString('utf8') : value
  const colon = ident.indexOf(':')
  const secret = new Secret(ident.slice(colon + 1))
  const spelling = encoded ? 'user-and-password-base64' : 'user-and-password'
  return { credential: { ...place, account: ident.slice(0, Math.max(colon, 0)), kind: 'basic', secret }, spelling }
}
