import type { Credential } from '../../core/credential.ts'
import type { Address } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { isLoopback } from '../../core/loopback.ts'
import { Secret } from '../../core/secret.ts'
import { projectFiles } from '../guard/project-files.ts'
import { putBackInLines, secretInLines } from '../npm/edits.ts'
import { registryAddress } from '../npm/nerf-dart.ts'
import type { FoundSecrets, Machine, NotAsking, PlainSecret, PlainSecrets, SetupOptions } from '../tool.ts'
import { type BunRegistry, bunfigIn, bunRegistries, parsedBunfig } from './bunfig.ts'
import { ownBunfigs } from './launch.ts'

/** Tokens and passwords in the user's .bunfig.toml and the project's bunfig.toml. */
export const bunfigSecrets: PlainSecrets = {
  async find(machine, options) {
    const own = ownBunfigs(machine)
    const files = [...own, ...projectFiles(machine, 'bunfig.toml', own).map(({ file }) => file)]
    const found = files.map((file) => findingsIn(machine, file, options))
    const secrets = found.flatMap((one) => one.secrets)
    return {
      secrets: secrets.map((secret) => ({ ...secret, asks })),
      remarks: found.flatMap((one) => one.remarks),
      broken: found.flatMap((one) => one.broken ?? []),
    }
  },

  putBack: putBackInLines,
}

function findingsIn(machine: Machine, file: string, options: SetupOptions): FoundSecrets {
  const text = machine.files.read(file) ?? ''
  const content = bunfigIn(text)
  if (content === undefined)
    return { secrets: [], remarks: [], broken: [new Failure('malformed', `${file} is not TOML, so it stays`)] }
  const secrets: PlainSecret[] = []
  const remarks: string[] = []
  for (const registry of bunRegistries(content)) {
    const value = registry.token ?? registry.password ?? ''
    if (hasUserInfo(registry))
      remarks.push(`${file}, ${registry.path.join('.')}: it is part of the address, so it stays`)
    if (value === '' || value.startsWith('$')) continue
    const endpoint = endpointOf(registry, options)
    const secret = typeof endpoint === 'string' ? endpoint : secretIn(machine, file, text, registry, endpoint)
    if (typeof secret === 'string') remarks.push(`${file}, ${registry.path.join('.')}: ${secret}`)
    else secrets.push(secret)
  }
  return { secrets, remarks }
}

function hasUserInfo({ url = '' }: BunRegistry): boolean {
  return URL.canParse(url) && new URL(url).username !== ''
}

function endpointOf({ url }: BunRegistry, options: SetupOptions): Address | string {
  const address = registryAddress(url ?? '')
  if (address === undefined) return 'it does not say which registry it is for'
  const inTheClear = address.scheme === 'http' && !isLoopback(address) && options['allowHttp'] !== true
  return inTheClear ? 'its registry is not encrypted, so it stays (--allow-http)' : address
}

function secretIn(
  machine: Machine,
  file: string,
  text: string,
  { token, username = '', password = '' }: BunRegistry,
  endpoint: Address,
): PlainSecret | string {
  const place = { endpoint, owner: 'bun' }
  const credential: Credential =
    token === undefined
      ? { ...place, account: username, kind: 'basic', secret: new Secret(password) }
      : { ...place, account: '', kind: 'bearer', secret: new Secret(token) }
  const name = token === undefined ? 'password' : 'token'
  const written = JSON.stringify(token ?? password)
  const member = new RegExp(`(^|[{,]\\s*|\\s)${name}\\s*=\\s*${written.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}\\s*`)
  for (const [at, was] of text.split('\n').entries()) {
    const match = member.exec(was)
    if (match === null) continue
    const is = withoutMember(was, match.index, match[0].length)
    const edits = [is === undefined ? { at, was } : { at, was, is }]
    if (!isOnlyThat(text, edits[0], at, { token, password })) continue
    return secretInLines(machine, file, edits, 'quoted', credential) ?? cannot
  }
  return cannot
}

/** Bun has no helper of its own. */
const asks: NotAsking = { why: 'bun asks no helper', setup: hint`credbridge run -- bun` }

const cannot = 'it is written in a way that cannot be taken out, so it stays'

/** The line without `name = "…"`; `undefined` if nothing remains. */
function withoutMember(line: string, from: number, length: number): string | undefined {
  const [before, after] = [line.slice(0, from), line.slice(from + length)]
  if (before.trim() === '' && (after.trim() === '' || after.trim().startsWith('#'))) return undefined
  if (line.charAt(from) === '{') return `${before}{ ${after.replace(/^\s*,\s*/, '')}`
  return `${before.trimEnd()}${after.startsWith(',') ? '' : ' '}${after}`
}

/** Whether the edited text has the same content as before, except for the secret. */
function isOnlyThat(
  text: string,
  edit: { is?: string } | undefined,
  at: number,
  gone: { token?: string | undefined; password?: string | undefined },
): boolean {
  const lines = text.split('\n')
  lines.splice(at, 1, ...(edit?.is === undefined ? [] : [edit.is]))
  const after = lines.join('\n')
  const without = (content: object) =>
    JSON.stringify(content, (key, value: unknown) =>
      (key === 'token' && value === gone.token) || (key === 'password' && value === gone.password) ? undefined : value,
    )
  return after.trim() === '' || without(parsedBunfig(after)) === without(parsedBunfig(text))
}
