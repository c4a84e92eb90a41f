import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto'
import { Failure } from '../../../core/failure.ts'
import { hint } from '../../../core/hint.ts'
import type { ConnectSocket } from '../../../system/unix-socket.ts'
import type { VaultOptions } from '../options.ts'
import { type AgentSocket, agentKeys, agentSignature, field, reader } from './agent.ts'
import type { Slot } from './slot.ts'

/*
 * This slot's secret is a signature that only the user's SSH agent can make: an ssh-ed25519 signature, whose bytes are
 * the same each time (RFC 8032, 5.1.6), of the vault's id, the slot's id and 32 random bytes. It has the format of
 * `ssh-keygen -Y sign` (PROTOCOL.sshsig) and credbridge's own namespace, so that no other program asks the agent for
 * the same signature.
 */

/** Opens with the user's SSH agent, which may be forwarded. */
export interface AgentSlot extends Slot {
  readonly type: 'ssh-agent'
  /** The line of a public key file: type and key. */
  readonly publicKey: string
  /** The random bytes that are signed with the ids, in base64url. */
  readonly challenge: string
}

const algorithm = 'ssh-ed25519'
const namespace = 'credbridge-vault'

/** The socket of the SSH agent; `undefined` if there is none. */
export function agentOf({ agent, uid, connector = byNet }: VaultOptions): AgentSocket | undefined {
  return agent === undefined ? undefined : { path: agent, userId: uid, connector }
}

async function byNet(): Promise<ConnectSocket> {
  return (await import('../../../system/unix-socket-net.ts')).connectByNet
}

export function isAgentSlot(slot: Slot): slot is AgentSlot {
  const { publicKey, challenge } = slot as Partial<AgentSlot>
  return slot.type === 'ssh-agent' && typeof publicKey === 'string' && typeof challenge === 'string'
}

/** `SHA256:…`, as `ssh-add -l` prints it. */
export function fingerprint(publicKey: string): string {
  const digest = createHash('sha256').update(blobOf(publicKey)).digest('base64')
  return `SHA256:${digest.replaceAll('=', '')}`
}

/**
 * The agent's key for a new slot: the only one of type ssh-ed25519, or the one with this fingerprint or comment.
 * Several keys: `ambiguous`. No key: `unavailable`. No key of this type: `unsupported`.
 */
export async function chooseAgentKey(socket: AgentSocket, named?: string): Promise<string> {
  const all = (await agentKeys(socket)).map(({ blob, comment }) => {
    const type = reader(blob).field().toString('latin1')
    const publicKey = `${type} ${blob.toString('base64')}`
    return { type, comment, publicKey, fingerprint: fingerprint(publicKey) }
  })
  const meant = all.filter((key) => named === undefined || named === key.fingerprint || named === key.comment)
  const [first, second] = meant.filter(({ type }) => type === algorithm)
  if (first === undefined) throw noKey(named, meant[0]?.type)
  if (second === undefined) return first.publicKey
  throw new Failure('ambiguous', 'the SSH agent holds several keys of type ssh-ed25519', {
    hints: all
      .filter(({ type }) => type === algorithm)
      .map((key) => hint`credbridge vault add-slot ssh-agent --key ${key.fingerprint}`),
  })
}

/** A challenge for a new slot. */
export function newChallenge(): string {
  return randomBytes(32).toString('base64url')
}

/** The slot's secret; `undefined` if the agent does not hold the key or refuses to sign with it. */
export async function secretOfAgent(
  socket: AgentSocket,
  vault: string,
  slot: Omit<AgentSlot, 'key'>,
): Promise<Buffer | undefined> {
  const signature = await agentSignature(socket, blobOf(slot.publicKey), signed(vault, slot))
  if (signature === undefined) return undefined
  const read = reader(signature)
  if (read.field().toString('latin1') !== algorithm) return undefined
  return read.field()
}

/** The slot's secret, checked: the agent must make the same valid signature twice. */
export async function provenSecretOfAgent(
  socket: AgentSocket,
  vault: string,
  slot: Omit<AgentSlot, 'key'>,
): Promise<Buffer> {
  const first = await secretOfAgent(socket, vault, slot)
  if (first === undefined) {
    throw new Failure('unsupported', 'the SSH agent refuses to sign with this key for credbridge', {
      hints: [hint`a key with a destination constraint (ssh-add -h), or one that needs a touch, cannot open a vault`],
    })
  }
  const second = await secretOfAgent(socket, vault, slot)
  if (second?.equals(first) === true && isSignature(vault, slot, first)) return first
  throw new Failure('unsupported', 'the SSH agent does not make the same signature each time')
}

/** The signed data: PROTOCOL.sshsig, section 2. */
function signed(vault: string, slot: Omit<AgentSlot, 'key'>): Buffer {
  const message = Buffer.concat([
    Buffer.from(vault, 'hex'),
    Buffer.from(slot.id, 'hex'),
    Buffer.from(slot.challenge, 'base64url'),
  ])
  const digest = createHash('sha512').update(message).digest()
  return Buffer.concat([Buffer.from('SSHSIG'), field(namespace), field(''), field('sha512'), field(digest)])
}

function isSignature(vault: string, slot: Omit<AgentSlot, 'key'>, signature: Buffer): boolean {
  const read = reader(blobOf(slot.publicKey))
  read.field()
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: read.field().toString('base64url') },
    format: 'jwk',
  })
  return verify(null, signed(vault, slot), key, signature)
}

function blobOf(publicKey: string): Buffer {
  return Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')
}

function noKey(named: string | undefined, type: string | undefined): Failure {
  if (type === undefined) {
    const what = named === undefined ? 'no key' : 'no such key'
    return new Failure('unavailable', `the SSH agent holds ${what}`, { hints: [hint`ssh-add -l`, hint`ssh-add`] })
  }
  return new Failure(
    'unsupported',
    `a key of type ${type} cannot open a vault: only plain ssh-ed25519 makes the same signature each time`,
    {
      hints: [hint`ssh-keygen -t ed25519`],
    },
  )
}
