import { join } from 'node:path'
import type { Credential } from '../../core/credential.ts'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { insideHelper, type Ran } from '../../core/program.ts'
import { Secret } from '../../core/secret.ts'
import type { FoundSecrets, Machine, PlainSecret } from '../tool.ts'
import { endpointOf, spellingOf } from './address.ts'
import { listAnswer } from './list-answer.ts'
import { printObject, readMessage } from './message.ts'
import { commandOf, containersHelper, dockerHelper, kindOf, ownerFor } from './names.ts'

/** docker-credential-secretservice 0.9 and later lists the label of an item instead of its server. */
const label = 'Registry credentials for '
const limit = 60_000

/** The sign-ins that docker-credential-<name> lists, to copy or to move. */
export async function secretsInHelper(machine: Machine, name: string, how: 'copy' | 'move'): Promise<FoundSecrets> {
  const program = programOf(machine, name)
  if (how === 'move' && name === 'secretservice') throw hidesUsers()
  const listed = await call(machine, program, 'list', 'unused')
  const secrets: PlainSecret[] = []
  const remarks: string[] = []
  for (const [key] of listAnswer(commandOf(name), listed)) {
    const server = key.startsWith(label) ? key.slice(label.length) : key
    const credential = credentialFrom(machine, server, await call(machine, program, 'get', server))
    const why =
      credential === undefined ? 'it cannot be read' : how === 'move' ? reasonToStay(machine, name, server) : undefined
    const where = `${commandOf(name)}, ${server}`
    if (credential === undefined || why !== undefined) remarks.push(`${commandOf(name)}, ${key}: not moved, ${why}`)
    else
      secrets.push({
        where,
        credential,
        saving: { oneAccount: true },
        ...(how === 'copy' ? stayingThere : leaving(machine, program, name, server, credential)),
      })
  }
  return { secrets, remarks }
}

/** Stores a sign-in in the helper again. */
export async function putBackInHelper(
  machine: Machine,
  name: string,
  { server = '' }: Readonly<Record<string, string>>,
  { account, secret }: Credential,
): Promise<void> {
  const input = printObject([
    ['ServerURL', server],
    ['Username', account],
    ['Secret', secret.expose()],
  ])
  const ran = await call(machine, programOf(machine, name), 'store', input)
  if (ran.exitCode !== 0) throw new Failure('unavailable', `${commandOf(name)} did not store ${server} again`)
}

/** The sign-in that the helper has for a server; `undefined` if it has none, or one that cannot be read. */
export async function signInAt(machine: Machine, name: string, server: string): Promise<Credential | undefined> {
  return credentialFrom(machine, server, await call(machine, programOf(machine, name), 'get', server))
}

/** Whether the helper is installed, is not credbridge itself, and can list what it has. */
export async function helperWorks(machine: Machine, name: string): Promise<boolean> {
  try {
    return (await call(machine, programOf(machine, name), 'list', 'unused')).exitCode === 0
  } catch {
    return false
  }
}

const stayingThere = { takeOut() {} }

function leaving(
  machine: Machine,
  program: string,
  name: string,
  server: string,
  { account, secret }: Credential,
): Pick<PlainSecret, 'takeOut' | 'trace'> {
  return {
    async takeOut() {
      const now = credentialFrom(machine, server, await call(machine, program, 'get', server))
      const same = now?.account === account && now.secret.equals(secret)
      const erased = same ? await call(machine, program, 'erase', server) : undefined
      if (erased?.exitCode === 0) return
      throw new Failure('refused', `${commandOf(name)} did not erase ${server}; it is now stored in both places`)
    },
    trace: { helper: name, server },
  }
}

/** The helper's absolute path. Refuses a helper that is credbridge itself: it would erase what was just saved. */
function programOf(machine: Machine, name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) throw new Failure('malformed', 'that is not the name of a helper')
  const program = machine.program(commandOf(name))
  if (program === undefined) {
    throw new Failure('unavailable', `${commandOf(name)} is not on PATH`, {
      hints: [hint`install it, or add it to PATH`],
    })
  }
  const ours = [dockerHelper, containersHelper].map(({ command }) => machine.program(command))
  if (ours.includes(program) || machine.isOwnProgram(program)) {
    throw new Failure('refused', `${commandOf(name)} is credbridge itself`)
  }
  return program
}

/**
 * docker-credential-pass and -secretservice store every user that has signed in to a server, return only one of them
 * and erase all (docker-credential-helpers, pass/pass.go and secretservice/secretservice.c). The others would be lost.
 */
function reasonToStay({ env, home, files }: Machine, name: string, server: string): string | undefined {
  if (name !== 'pass') return undefined
  const all = join(env['PASSWORD_STORE_DIR'] ?? join(home, '.password-store'), 'docker-credential-helpers')
  const names = files.names(join(all, Buffer.from(server).toString('base64').replaceAll('+', '-').replaceAll('/', '_')))
  const users = names.filter((file) => file.endsWith('.gpg'))
  return users.length > 1 ? 'the helper stores several users there and would erase all' : undefined
}

function hidesUsers(): Failure {
  const says = 'docker-credential-secretservice would also erase users that it does not list'
  return new Failure('unsupported', says, { hints: [hint`credbridge import --from docker-secretservice --remove`] })
}

function call(machine: Machine, program: string, verb: string, input: string): Promise<Ran> {
  return machine.run(program, [verb], { input, limit, env: { [insideHelper]: '1' } })
}

function credentialFrom(machine: Machine, server: string, { exitCode, stdout }: Ran): Credential | undefined {
  if (exitCode !== 0) return undefined
  try {
    const { Username: account, Secret: secret } = readMessage(stdout)
    if (account === undefined || account === '' || secret === undefined) return undefined
    const endpoint = endpointOf(server)
    const kind = kindOf(account)
    const owner = ownerFor(machine.env, machine.workingFolder)
    return { endpoint, account, owner, kind, secret: new Secret(secret), ...spellingOf(server, endpoint) }
  } catch {
    return undefined
  }
}
