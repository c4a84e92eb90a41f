import { Failure, isFailure } from '../../../core/failure.ts'
import { hint } from '../../../core/hint.ts'
import type { UserId } from '../../../system/own-file.ts'
import { ownSocketsOnly } from '../../../system/own-socket.ts'
import type { ConnectSocket } from '../../../system/unix-socket.ts'

/*
 * The part of the SSH agent protocol that a signature needs (draft-ietf-sshm-ssh-agent). A message is its length in
 * four bytes, a type and fields. Each request of the client has one answer.
 */

const requestIdentities = 11
const identitiesAnswer = 12
const signRequest = 13
const signResponse = 14

const longest = 256 * 1024
const limit = 5000

/** The socket of the user's SSH agent, and the user who must own it. */
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

/** The signature of the data, as a blob; `undefined` if the agent refuses to sign with this key. */
export async function agentSignature(socket: AgentSocket, key: Buffer, data: Buffer): Promise<Buffer | undefined> {
  const answer = await ask(
    socket,
    Buffer.concat([Buffer.from([signRequest]), field(key), field(data), Buffer.alloc(4)]),
  )
  return answer[0] === signResponse ? reader(answer.subarray(1)).field() : undefined
}

/** A field: its length in four bytes, then its bytes (RFC 4251, section 5, `string`). */
export function field(bytes: Buffer | string): Buffer {
  const body = Buffer.from(bytes)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

/** Reads fields one after the other. Throws `unavailable` if the bytes are too short. */
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

/** Sends a request and returns its answer, within five seconds. Refuses the socket of another user. */
async function ask({ path, userId, connector }: AgentSocket, request: Buffer): Promise<Buffer> {
  const connect = ownSocketsOnly(await connector(), userId)
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0)
    let isOpen = false
    const timer = setTimeout(
      () => end(() => reject(new Failure('timeout', 'the SSH agent did not answer in time'))),
      limit,
    )
    const socket = connect(path, {
      opened() {
        isOpen = true
        socket.send(field(request))
      },
      received(chunk) {
        received = Buffer.concat([received, chunk])
        if (received.length < 4) return
        const length = received.readUInt32BE()
        if (length < 1 || length > longest) end(() => reject(unusable('its answer is invalid')))
        else if (received.length >= 4 + length) end(() => resolve(received.subarray(4, 4 + length)))
      },
      ended(error) {
        const why = isOpen ? 'it closed the connection' : 'nothing listens at its socket'
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
