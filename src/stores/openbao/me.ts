import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { objectIn } from '../../core/record.ts'
import type { Secret } from '../../core/secret.ts'
import { replaceFile } from '../../system/atomic-write.ts'
import type { ClientMachine } from '../../system/machine.ts'
import { readOwnFile } from '../../system/own-file.ts'
import { makeOwnFolder } from '../../system/own-folder.ts'
import type { Connection } from './connection.ts'
import { dataIn, isDone } from './outcome.ts'
import type { Question } from './question.ts'
import type { Server } from './server.ts'

const me = '{me}'

/** The folder of a place: `{me}` is the entity of the token, which the server names once for each token. */
export async function folderOf(connection: Connection, place: string, signal: AbortSignal): Promise<string> {
  if (!place.includes(me)) return place
  return place.replaceAll(me, await entityOf(connection, signal))
}

/** The same, without a request; `undefined` if the server has not named the entity yet. */
export async function knownFolderOf(
  { server, machine, token }: Connection,
  place: string,
): Promise<string | undefined> {
  if (!place.includes(me)) return place
  const entity = knownEntity(server, machine, await token())
  return entity === undefined ? undefined : place.replaceAll(me, entity)
}

/** Keeps the entity of a token, which the server has named. */
export function rememberEntity(server: Server, machine: ClientMachine, token: Secret, entity: string): void {
  makeOwnFolder(machine.folders.state, machine.userId)
  replaceFile(fileIn(machine), `${JSON.stringify({ [keyOf(server, token)]: entity })}\n`, { durable: false })
}

async function entityOf(connection: Connection, signal: AbortSignal): Promise<string> {
  const { server, machine } = connection
  const token = await connection.token()
  const known = knownEntity(server, machine, token)
  if (known !== undefined) return known
  const entity = await askedEntity(connection, signal)
  try {
    rememberEntity(server, machine, token, entity)
  } catch {
    // Where nothing can be written, such as in a container, each process asks.
  }
  return entity
}

function knownEntity(server: Server, machine: ClientMachine, token: Secret): string | undefined {
  const known = objectIn(readOwnFile(fileIn(machine), machine.userId)?.toString('utf8') ?? '')?.[keyOf(server, token)]
  return typeof known === 'string' ? known : undefined
}

function fileIn({ folders }: ClientMachine): string {
  return join(folders.state, 'openbao-entity')
}

/** Of all of it, so that another token never gets the folder of this one. */
function keyOf({ address, namespace }: Server, token: Secret): string {
  return createHash('sha256')
    .update(JSON.stringify([address, namespace, token.expose()]))
    .digest('hex')
}

async function askedEntity(connection: Connection, signal: AbortSignal): Promise<string> {
  const path = 'auth/token/lookup-self'
  const question: Question = { method: 'GET', path, reads: true, needs: { capability: 'read', path }, signal }
  const reply = await connection.ask(question)
  if (!isDone(reply)) throw await connection.failed(reply, question)
  const entity = dataIn(reply)?.['entity_id']
  if (typeof entity === 'string' && /^[A-Za-z0-9-]+$/.test(entity)) return entity
  throw new Failure(
    'refused',
    `the token for ${connection.server.address} belongs to no person, so {me} has no meaning`,
    {
      hints: [
        hint`sign in as a person: credbridge openbao login`,
        hint`or name another folder: credbridge use openbao --place <place>`,
      ],
    },
  )
}
