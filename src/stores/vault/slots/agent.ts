import { Failure, isFailure } from '../../../core/failure.ts'
import { hint } from '../../../core/hint.ts'
import type { UserId } from '../../../system/own-file.ts'
import { ownSocketsOnly } from '../../../system/own-socket.ts'
import type { ConnectSocket } from '../../../system/unix-socket.ts'

/*
 * As much of the SSH agent's protocol as a signature needs (draft-ietf-sshm-ssh-agent): the client speaks first; each
 * message is its length in four bytes, a type and its fields; each request has one answer.
 */

const requestIdentities = 11
const identitiesAnswer = 12
const signRequest = 13
const signResponse = 14

const longest = 256 * 1024
const limit = 5000

/** Where the user's SSH agent listens, and whose it must be. */
export interface AgentSocket {
  readonly path: string
  readonly userId: UserId
  connector(): Promise<ConnectSocket>
}

/** A key that the agent holds. */
export interface AgentKey {
  readonly blob: Buffer
  readonly comment: string
}

/** The keys that the agent holds. */
export async function agentKeys(socket: AgentSocket): Promise<readonly AgentKey[]> {
  const answer = await ask(socket, Buffer.from([requestIdentities]))
  if (answer[0] !== identitiesAnswer) throw unusable('it does not list its keys')
  const read = reader(answer.subarray(1))
  const keys: AgentKey[] = []
  for (let left = read.number(); left > 0; left--) {
    keys.push({ blob: read.field(), comment: read.field().toString('utf8') })
  }
  return keys
}

/** The signature blob over the data; `undefined` if the agent refuses to sign that with this key. */
export async function agentSignature(socket: AgentSocket, key: Buffer, data: Buffer): Promise<Buffer | undefined> {
  const answer = await ask(
    socket,
    Buffer.concat([Buffer.from([signRequest]), field(key), field(data), Buffer.alloc(4)]),
  )
  return answer[0] === signResponse ? reader(answer.subarray(1)).field() : undefined
}

/** A field: its length in four bytes, then itself (RFC 4251, section 5, `string`). */
export function field(bytes: Buffer | string): Buffer {
  const body = Buffer.from(bytes)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

/** Reads fields one after the other; bytes that end too early are `unavailable`. */
export function reader(bytes: Buffer): { number(): number; field(): Buffer } {
  let at = 0
  function take(length: number): Buffer {
    if (at + length > bytes.length) throw unusable('its answer is too short')
    at += length
    return bytes.subarray(at - length, at)
  }
  const number = () => take(4).readUInt32BE()
  return { number, field: () => take(number()) }
}

/** One request and its answer, within five seconds altogether. A socket of another user's is not used. */
async function ask({ path, userId, connector }: AgentSocket, request: Buffer): Promise<Buffer> {
  const connect = ownSocketsOnly(await connector(), userId)
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0)
    let isOpen = false
    const timer = setTimeout(() => end(() => reject(new Failure('timeout', 'the SSH agent does not answer'))), limit)
    const socket = connect(path, {
      opened() {
        isOpen = true
        socket.send(field(request))
      },
      received(chunk) {
        received = Buffer.concat([received, chunk])
        if (received.length < 4) return
        const length = received.readUInt32BE()
        if (length < 1 || length > longest) end(() => reject(unusable('its answer makes no sense')))
        else if (received.length >= 4 + length) end(() => resolve(received.subarray(4, 4 + length)))
      },
      ended(error) {
        const why = isOpen ? 'it hung up' : 'nobody answers at its socket'
        end(() => reject(isFailure(error) ? unusable(error.message) : unusable(why)))
      },
    })
    function end(settle: () => void): void {
      clearTimeout(timer)
      socket.close()
      settle()
    }
  })
}

function unusable(why: string): Failure {
  return new Failure('unavailable', `the SSH agent cannot be used: ${why}`, { hints: [hint`ssh-add -l`] })
}
