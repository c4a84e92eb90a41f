import type { YAMLMap } from 'yaml'
import { readClientCertificate } from '../../core/client-certificate.ts'
import type { Credential } from '../../core/credential.ts'
import { type Address, parseAddress } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { Secret } from '../../core/secret.ts'
import type { FoundSecrets, Machine, NotAsking, PlainSecret } from '../tool.ts'
import { askedBy } from './exec.ts'
import { editUser, type Kubeconfig, type Members } from './kubeconfig.ts'
import { tool } from './names.ts'

/** The members of a user that hold a secret, in the order in which they are written. */
const tokenMember = 'token'
const pemMembers = ['client-certificate-data', 'client-key-data'] as const
const secretMembers = [tokenMember, ...pemMembers]

/** Members by which a user signs in that setup does not take over: they name a file, or a program. */
const otherWays = ['tokenFile', 'client-certificate', 'client-key', 'auth-provider', 'username', 'password'] as const

export function otherWayOf(members: Members): string | undefined {
  return otherWays.find((name) => members[name] !== undefined)
}

export function hasSecret(members: Members): boolean {
  return secretMembers.some((name) => members[name] !== undefined)
}

/** The secrets of one user, one for each server with which it is used, and remarks about those that stay. */
export function secretsOf(machine: Machine, config: Kubeconfig, user: string, account?: string): FoundSecrets {
  const members = config.users.get(user) ?? {}
  if (!hasSecret(members)) return { secrets: [], remarks: [] }
  const said = (why: string) => ({ secrets: [], remarks: [`user ${user}: ${why}, so it stays`] })
  const proof = proofIn(members)
  if (typeof proof === 'string') return said(proof)
  const servers = config.serversOf(user).flatMap((server) => addressIn(server) ?? [])
  if (servers.length === 0) return said('no context says for which server it is')
  const asked = askedBy(members)
  const named = account ?? asked?.account ?? ''
  const asks: true | NotAsking = asked !== undefined || {
    why: `user ${user} does not ask credbridge`,
    setup: setupHint(user),
  }
  return {
    secrets: servers.map(
      (endpoint): PlainSecret => ({
        where: `user ${user} in the kubeconfig`,
        credential: { endpoint, account: named, owner: tool, ...proof },
        asks,
        takeOut: () => editUser(machine, user, (entry) => takeOut(entry, user, members)),
        trace: { user },
      }),
    ),
    remarks: [],
  }
}

/** Writes a credential into the entry of a user. `refused` if that has another secret by now, or is not there. */
export function putBackSecret(machine: Machine, user: string, credential: Credential): void {
  let isThere = false
  editUser(machine, user, (entry) => {
    const before = secretMembers.map((name) => entry.get(name))
    const wanted = membersFor(credential)
    isThere = true
    if (before.every((value) => value === undefined)) for (const [name, text] of wanted) entry.set(name, text)
    else if (!wanted.every(([name, text]) => entry.get(name) === text)) {
      throw new Failure('refused', `user ${user} has another secret now`)
    }
  })
  if (!isThere) throw new Failure('refused', `the kubeconfig has no user ${user} any more`)
}

export function setupHint(user: string) {
  return hint`credbridge setup kubectl --user ${user}`
}

function membersFor({ kind, secret, parts }: Credential): readonly (readonly [string, string])[] {
  if (kind === 'bearer') return [[tokenMember, secret.expose()]]
  const texts = [secret, parts?.['key'] ?? new Secret('')]
  return pemMembers.map((name, at) => [name, Buffer.from(texts[at]?.expose() ?? '').toString('base64')] as const)
}

/** Removes the secret that was found. Does nothing if it is gone: a user may be used with several servers. */
function takeOut(entry: YAMLMap, user: string, found: Members): void {
  if (secretMembers.every((name) => entry.get(name) === undefined)) return
  if (secretMembers.some((name) => entry.get(name) !== found[name])) {
    throw new Failure('refused', `user ${user} has another secret now, which stays`)
  }
  for (const name of secretMembers) entry.delete(name)
}

/** The secret in a user; a text: why it cannot be moved. */
function proofIn(members: Members): Pick<Credential, 'kind' | 'secret' | 'parts'> | string {
  const [certificate, key] = pemMembers.map((name) => members[name])
  const token = members[tokenMember]
  if (token !== undefined && (certificate ?? key) !== undefined) return 'it has a token and a client certificate'
  if (typeof token === 'string') return { kind: 'bearer', secret: new Secret(token) }
  if (typeof certificate !== 'string' || typeof key !== 'string') return 'its client certificate is half in a file'
  try {
    return readClientCertificate(
      [certificate, key].map((text) => Buffer.from(text, 'base64').toString('latin1')).join('\n'),
    )
  } catch {
    return 'its client certificate cannot be read'
  }
}

function addressIn(server: string): Address | undefined {
  try {
    return parseAddress(server)
  } catch {
    return undefined
  }
}
