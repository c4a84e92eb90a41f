import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { objectIn } from '../../core/record.ts'
import { readOwnFile } from '../../system/own-file.ts'
import type { Connection, Question } from './connection.ts'
import { dataIn, isDone } from './outcome.ts'

const me = '{me}'

/** The folder of a place: `{me}` is the entity of the token, which the server names once for each token. */
export async function folderOf(connection: Connection, place: string, signal: AbortSignal): Promise<string> {
  if (!place.includes(me)) return place
  return place.replaceAll(me, await entityOf(connection, signal))
}

async function entityOf(connection: Connection, signal: AbortSignal): Promise<string> {
  const { server, machine } = connection
  const token = (await connection.token()).expose()
  const file = join(machine.folders.state, 'openbao-entity')
  const key = createHash('sha256')
    .update(JSON.stringify([server.address, server.namespace, token]))
    .digest('hex')
  const known = objectIn(readOwnFile(file, machine.userId)?.toString('utf8') ?? '')?.[key]
  if (typeof known === 'string') return known
  const entity = await askedEntity(connection, signal)
  const [{ replaceFile }, { makeOwnFolder }] = await Promise.all([
    import('../../system/atomic-write.ts'),
    import('../../system/own-folder.ts'),
  ])
  makeOwnFolder(machine.folders.state, machine.userId)
  replaceFile(file, `${JSON.stringify({ [key]: entity })}\n`, { durable: false })
  return entity
}

async function askedEntity(connection: Connection, signal: AbortSignal): Promise<string> {
  const path = 'auth/token/lookup-self'
  const question: Question = { method: 'GET', path, needs: { capability: 'read', path }, signal }
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
