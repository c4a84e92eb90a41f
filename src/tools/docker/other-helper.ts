import { join } from 'node:path'
import type { Credential } from '../../core/credential.ts'
import { Failure } from '../../core/failure.ts'
import { insideHelper, type Ran } from '../../core/program.ts'
import { Secret } from '../../core/secret.ts'
import type { PlainSecret, World } from '../tool.ts'
import { endpointOf } from './address.ts'
import type { Found } from './auths.ts'
import { printObject, readMessage } from './message.ts'
import { dockerHelper, kindOf } from './names.ts'

/** docker-credential-secretservice from 0.9 on lists the label of an item instead of its server. */
const label = 'Registry credentials for '
const limit = 60_000

/** What docker-credential-<name> keeps, as it lists it. */
export async function secretsInHelper(world: World, name: string): Promise<Found> {
  const program = programOf(world, name)
  if (name === 'secretservice') throw hidesUsers()
  const listed = await call(world, program, 'list', 'unused')
  const secrets: PlainSecret[] = []
  const remarks: string[] = []
  for (const key of serversIn(listed, name)) {
    const server = key.startsWith(label) ? key.slice(label.length) : key
    const read = await call(world, program, 'get', server)
    const credential = credentialFrom(server, read)
    const why = credential === undefined ? 'it cannot be read' : reasonToStay(world, name, server)
    if (credential === undefined || why !== undefined) remarks.push(`docker-credential-${name}, ${key}: stays, ${why}`)
    else secrets.push(plainSecret(world, program, name, server, credential))
  }
  if (secrets.length > 0) remarks.push('if docker still asks that helper: credbridge setup docker --replace')
  return { secrets, remarks }
}

/** The way back. */
export async function putBackInHelper(
  world: World,
  name: string,
  { server = '' }: Readonly<Record<string, string>>,
  { account, secret }: Credential,
): Promise<void> {
  const input = printObject([
    ['ServerURL', server],
    ['Username', account],
    ['Secret', secret.expose()],
  ])
  const ran = await call(world, programOf(world, name), 'store', input)
  if (ran.exitCode !== 0) throw new Failure('unavailable', `docker-credential-${name} did not take ${server} back`)
}

function plainSecret(world: World, program: string, name: string, server: string, credential: Credential): PlainSecret {
  return {
    where: `docker-credential-${name}, ${server}`,
    credential,
    saving: { oneAccount: true },
    async takeOut() {
      const now = credentialFrom(server, await call(world, program, 'get', server))
      const same = now?.account === credential.account && now.secret.equals(credential.secret)
      const erased = same ? await call(world, program, 'erase', server) : undefined
      if (erased?.exitCode === 0) return
      throw new Failure('refused', `docker-credential-${name} did not let go of ${server}; it is kept in both places`)
    },
    trace: { helper: name, server },
  }
}

/** By absolute path, and never ourselves: what leads back to us would erase what it has just kept. */
function programOf(world: World, name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) throw new Failure('malformed', 'that is not the name of a helper')
  const program = world.program(`docker-credential-${name}`)
  if (program === undefined) {
    throw new Failure('unavailable', `docker-credential-${name} is not on PATH`, {
      hints: ['install it, or add it to PATH'],
    })
  }
  if (program === world.program(dockerHelper.command) || world.isOurs(program)) {
    throw new Failure('refused', `docker-credential-${name} is credbridge itself`)
  }
  return program
}

/**
 * docker-credential-pass and -secretservice keep every user that has signed in to a server, show one of them, and erase
 * all (docker-credential-helpers, pass/pass.go and secretservice/secretservice.c): what was not shown would be lost.
 */
function reasonToStay({ env, home, files }: World, name: string, server: string): string | undefined {
  if (name !== 'pass') return undefined
  const all = join(env['PASSWORD_STORE_DIR'] ?? join(home, '.password-store'), 'docker-credential-helpers')
  const here = files.names(join(all, Buffer.from(server).toString('base64').replaceAll('+', '-').replaceAll('/', '_')))
  const users = here.filter((file) => file.endsWith('.gpg'))
  return users.length > 1 ? 'the helper keeps several users there and would forget all' : undefined
}

function hidesUsers(): Failure {
  const says = 'docker-credential-secretservice would forget users of a server that it does not show'
  return new Failure('unsupported', says, { hints: ['credbridge import --from docker-secretservice --remove'] })
}

function call(world: World, program: string, verb: string, input: string): Promise<Ran> {
  return world.run(program, [verb], { input, limit, env: { [insideHelper]: '1' } })
}

function serversIn({ exitCode, stdout }: Ran, name: string): readonly string[] {
  const failed = (what: string) =>
    new Failure('unavailable', `docker-credential-${name} ${what}`, {
      hints: [`see what it says: docker-credential-${name} list`],
    })
  if (exitCode !== 0) throw failed('could not list what it keeps')
  let listed: unknown
  try {
    listed = JSON.parse(stdout)
  } catch {
    throw failed('gives a list that cannot be understood')
  }
  return typeof listed === 'object' && listed !== null ? Object.keys(listed) : []
}

function credentialFrom(server: string, { exitCode, stdout }: Ran): Credential | undefined {
  if (exitCode !== 0) return undefined
  try {
    const { Username: account, Secret: secret } = readMessage(stdout)
    if (account === undefined || account === '' || secret === undefined) return undefined
    return { endpoint: endpointOf(server), account, owner: 'docker', kind: kindOf(account), secret: new Secret(secret) }
  } catch {
    return undefined
  }
}
