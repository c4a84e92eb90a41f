import { isUtf8 } from 'node:buffer'
import type { Credential } from '../../core/credential.ts'
import type { Address, Endpoint } from '../../core/endpoint.ts'
import { parseAddress } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { Secret } from '../../core/secret.ts'
import { membersAt, valueAt, withoutValue, withValue } from '../json-text.ts'
import type { PlainSecret, World } from '../tool.ts'
import { endpointOf } from './address.ts'
import { readConfig } from './config.ts'
import { dockerHelper, identityUser } from './names.ts'
import { configKeyOf } from './registries.ts'

/*
 * `auths` of docker's configuration (docker/cli, cli/config/configfile/file.go; containers-auth.json(5)): for each server
 * an object with `auth`, base64 of `user:password`, or with `username` and `password`, and perhaps an `identitytoken`.
 * What a helper keeps leaves an empty object, so that docker knows where it is signed in.
 */

const proofs = ['auth', 'username', 'password', 'identitytoken'] as const

export interface Found {
  readonly secrets: readonly PlainSecret[]
  readonly remarks: readonly string[]
}

/** What lies readable in these files and can be moved; what cannot is a remark. */
export function secretsInFiles(world: World, files: readonly string[], client: string): Found {
  const secrets: PlainSecret[] = []
  const remarks: string[] = []
  for (const file of files) {
    const text = readConfig(world, file)
    for (const [server] of membersAt(text, ['auths'])) {
      const proof = proofIn(text, server)
      if (proof === undefined) continue
      const why = typeof proof === 'string' ? proof : reasonToStay(server, client)
      const at = why === undefined ? endpointOfKey(server) : undefined
      const twice = secrets.some(({ credential }) => credential.endpoint.key === at?.key)
      if (typeof proof === 'string' || at === undefined || twice) {
        remarks.push(`${file}, ${server}: stays, ${why ?? 'another entry is for the same server'}`)
        continue
      }
      secrets.push(plainSecret(world, file, server, { endpoint: at, owner: 'docker', ...proof.credential }, proof.user))
    }
    const unasked = secrets.filter(({ credential }) => !isAskedAbout(credential.endpoint, text))
    if (client !== 'containers' && unasked.length > 0) {
      const keys = unasked.map(({ credential }) => credential.endpoint.key).join(', ')
      const about = unasked.length === secrets.length ? 'yet' : `for ${keys}`
      remarks.push(`${client} does not ask credbridge ${about} and would be signed out: credbridge setup ${client}`)
    }
  }
  return { secrets, remarks }
}

function isAskedAbout(at: Endpoint, text: string): boolean {
  const own = at.form === 'address' ? valueAt(text, ['credHelpers', configKeyOf(at)]) : undefined
  return (own ?? valueAt(text, ['credsStore'])) === dockerHelper.name
}

/** The way back. What has been signed in to again in the file itself is left as it is, and that is `refused`. */
export function putBackInFile(
  world: World,
  trace: Readonly<Record<string, string>>,
  { kind, account, secret }: Credential,
): void {
  const { file = '', server = '', user = '' } = trace
  const before = readConfig(world, file)
  const now = proofIn(before, server)
  if (typeof now === 'object' && now.credential.secret.equals(secret)) return
  if (now !== undefined) throw new Failure('refused', `${file} has another secret for ${server} by now`)
  const identity = kind === 'docker-identity'
  const auth = Buffer.from(identity ? `${user}:` : `${account}:${secret.expose()}`).toString('base64')
  const text = withValue(before, ['auths', server, 'auth'], auth)
  world.files.write(file, identity ? withValue(text, ['auths', server, 'identitytoken'], secret.expose()) : text)
}

interface Proof {
  readonly credential: Pick<Credential, 'account' | 'kind' | 'secret'>
  /** Whose identity token it is. */
  readonly user: string
}

/** What proves the sign-in to a server, or why it cannot be moved; nothing there: `undefined`. */
function proofIn(text: string, server: string): Proof | string | undefined {
  const member = (one: string) => {
    const value = valueAt(text, ['auths', server, one])
    return typeof value === 'string' ? value : ''
  }
  const auth = decoded(member('auth'))
  const colon = auth?.indexOf(':') ?? -1
  if (auth === undefined || (auth !== '' && colon < 0)) return 'it cannot be read'
  const user = colon < 0 ? member('username') : auth.slice(0, colon)
  const password = colon < 0 ? member('password') : auth.slice(colon + 1)
  const all = [password, member('password'), member('identitytoken')].filter((secret) => secret !== '')
  if (new Set(all).size > 1) return 'it has more than one secret'
  if (member('identitytoken') !== '') {
    const secret = new Secret(member('identitytoken'))
    return { user, credential: { account: identityUser, kind: 'docker-identity', secret } }
  }
  if (user !== '' && user !== identityUser && password !== '') {
    return { user, credential: { account: user, kind: 'basic', secret: new Secret(password) } }
  }
  return `${user}${password}${member('registrytoken')}` === '' ? undefined : 'it cannot be read'
}

/** As docker decodes it, NULs at the end left out; not the base64 of a text: `undefined`. */
function decoded(auth: string): string | undefined {
  const bytes = Buffer.from(auth, 'base64')
  const same = bytes.toString('base64').replace(/=+$/, '') === auth.replace(/=+$/, '')
  return same && isUtf8(bytes) ? bytes.toString('utf8').replace(/\0+$/, '') : undefined
}

function plainSecret(world: World, file: string, server: string, credential: Credential, user: string): PlainSecret {
  return {
    where: `${file}, ${server}`,
    credential,
    saving: { oneAccount: true },
    takeOut() {
      const text = readConfig(world, file)
      const now = proofIn(text, server)
      const same = typeof now === 'object' && now.credential.secret.equals(credential.secret)
      if (!same) {
        throw new Failure('refused', `${file} was changed meanwhile; ${server} is left as it is`, {
          hints: ['try again'],
        })
      }
      const without = proofs.reduce((rest, member) => withoutValue(rest, ['auths', server, member]), text)
      world.files.write(file, without)
    },
    trace: { file, server, user },
  }
}

/** docker looks at the host of a key only, and for the tokens of Docker Hub at the whole. */
function endpointOfKey(server: string): Address {
  const at = endpointOf(server)
  const isToken = at.host === 'index.docker.io' && at.path.endsWith('-token')
  return at.path === '' || isToken ? at : parseAddress(at.key.slice(0, at.key.length - at.path.length))
}

function reasonToStay(server: string, client: string): string | undefined {
  let at: Address
  try {
    at = endpointOf(server)
  } catch {
    return 'it is no server address'
  }
  if (at.scheme !== 'https') return 'clients ask a helper without its http://: sign in again instead'
  if (client === 'containers' && at.path !== '' && !server.includes('://'))
    return 'no helper is asked for a part of a server'
  return undefined
}
