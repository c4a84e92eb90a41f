import type { Credential, Owner } from '../../core/credential.ts'
import { type Address, parseAddress } from '../../core/endpoint.ts'
import { type Path, textsIn } from '../json-text.ts'
import type { FoundSecrets, Machine, PlainSecret } from '../tool.ts'
import { addressIn, spellingOf } from './address.ts'
import { takeOutOfFiles } from './auths-edits.ts'
import { membersOf, readConfig } from './config.ts'
import { shapeOf } from './entry-shape.ts'
import { docker, ownerFor } from './names.ts'
import { type SignIn, signInOf } from './sign-in.ts'

/* The sign-ins in `auths` of docker's configuration, as secrets to be moved. */

/** The client that reads a file with `auths`. */
export type Reader = 'docker' | 'helm' | 'containers'

/** The plain secrets in a file that can be moved, and remarks about those that cannot. */
export function secretsInFile(machine: Machine, file: string, reader: Reader): FoundSecrets {
  const secrets: PlainSecret[] = []
  const remarks: string[] = []
  const taken = new Set<string>()
  const owner = reader === 'containers' ? docker : ownerFor(machine.env, machine.workingFolder)
  const text = readConfig(machine, file)
  const entryAt = textsIn(text)
  for (const { path, name: server, value } of membersOf(text, 'auths')) {
    const judged = judge(server, value, reader, taken)
    if (judged === undefined) continue
    if (typeof judged === 'string') {
      remarks.push(`${file}, ${server}: not moved, ${judged}`)
      continue
    }
    taken.add(judged.at.key)
    secrets.push(plainSecret(machine, { file, text: entryAt(path) ?? '{}', path, server, owner, ...judged }))
  }
  return { secrets, remarks }
}

interface Place extends Movable {
  readonly file: string
  /** The text of the entry. */
  readonly text: string
  readonly path: Path
  readonly server: string
  readonly owner: Owner
}

function plainSecret(
  machine: Machine,
  { file, text, path: [section = 'auths'], server, owner, at, signIn }: Place,
): PlainSecret {
  const credential: Credential = { endpoint: at, owner, ...signIn.credential, ...spellingOf(server, at) }
  const shape = shapeOf(text, credential, signIn.user)
  const secret: PlainSecret = {
    where: `${file}, ${server}`,
    credential,
    saving: { oneAccount: true },
    takeOut: () => takeOutOfFiles(machine, [secret]),
    trace: {
      file,
      server,
      user: signIn.user,
      ...(section === 'auths' ? {} : { section }),
      ...(shape === undefined ? {} : { shape }),
    },
  }
  return secret
}

interface Movable {
  readonly at: Address
  readonly signIn: SignIn
}

/** The sign-in to move, or why it cannot be moved; `undefined` if the entry has no secret. */
function judge(
  server: string,
  entry: unknown,
  reader: Reader,
  taken: ReadonlySet<string>,
): Movable | string | undefined {
  const signIn = signInOf(entry)
  if (signIn === undefined || typeof signIn === 'string') return signIn
  const whole = addressIn(server)
  if (whole === undefined) return 'it is not a server address'
  if (whole.scheme !== 'https') return 'clients ask helpers without http://: sign in again instead'
  if (reader === 'containers' && whole.path !== '' && !server.includes('://')) {
    return 'clients ask helpers only for whole servers'
  }
  const at = endpointOfKey(whole)
  return taken.has(at.key) ? 'another entry is for the same server' : { at, signIn }
}

/** docker matches only the host of a key, except for the tokens of Docker Hub, whose whole key it matches. */
function endpointOfKey(at: Address): Address {
  const isToken = at.host === 'index.docker.io' && at.path.endsWith('-token')
  return at.path === '' || isToken ? at : parseAddress(at.key.slice(0, at.key.length - at.path.length))
}
