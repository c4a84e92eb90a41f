import { type Address, withParents } from '../core/endpoint.ts'
import { Secret } from '../core/secret.ts'
import type { OwnClient, OwnClients } from '../engine/settings.ts'
import type { Machine } from '../system/machine.ts'

/**
 * The client that a person has registered for an endpoint. The settings name it for this address or for one above it;
 * the nearest counts. Otherwise git's settings for the user and the system may name it. A repository's are never read.
 */
export async function ownClientFor(
  endpoint: Address,
  settings: OwnClients,
  machine: Pick<Machine, 'program' | 'run'>,
): Promise<OwnClient | undefined> {
  const nearest = withParents(endpoint).find(({ key }) => settings[key] !== undefined)
  return nearest === undefined ? ofGit(endpoint, machine) : settings[nearest.key]
}

type Named = 'clientId' | 'authorizationEndpoint' | 'tokenEndpoint' | 'deviceEndpoint'

/** The names of git-credential-oauth and of Git Credential Manager. git gives them in lower case. */
const names: Readonly<Record<string, Named>> = {
  'credential.oauthclientid': 'clientId',
  'credential.oauthauthurl': 'authorizationEndpoint',
  'credential.oauthauthorizeendpoint': 'authorizationEndpoint',
  'credential.oauthtokenurl': 'tokenEndpoint',
  'credential.oauthtokenendpoint': 'tokenEndpoint',
  'credential.oauthdeviceauthurl': 'deviceEndpoint',
  'credential.oauthdeviceendpoint': 'deviceEndpoint',
}

async function ofGit(
  { key }: Address,
  { program, run }: Pick<Machine, 'program' | 'run'>,
): Promise<OwnClient | undefined> {
  const git = program('git')
  if (git === undefined) return undefined
  for (const where of ['--global', '--system']) {
    const { stdout, exitCode } = await run(git, ['config', where, '-z', '--get-urlmatch', 'credential', key])
    const client = exitCode === 0 ? clientIn(stdout, key) : {}
    if (client.clientId !== undefined) return client
  }
  return undefined
}

function clientIn(output: string, base: string): OwnClient {
  const client: { -readonly [name in keyof OwnClient]: OwnClient[name] } = {}
  for (const entry of output.split('\0')) {
    const end = entry.indexOf('\n')
    const [name, value] = [entry.slice(0, end), entry.slice(end + 1)]
    if (end < 0 || value === '') continue
    if (name === 'credential.oauthscopes') client.scopes = value.split(/\s+/)
    if (name === 'credential.oauthclientsecret') client.clientSecret = new Secret(value)
    const known = names[name]
    if (known !== undefined) client[known] = known === 'clientId' ? value : within(value, base)
  }
  return client
}

/** git-credential-oauth takes addresses relative to the host. */
function within(value: string, base: string): string {
  return value.startsWith('/') ? new URL(base).origin + value : value
}
