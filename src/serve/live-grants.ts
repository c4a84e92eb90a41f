import { join } from 'node:path'
import { isObject, type Members, objectIn } from '../core/record.ts'
import { replaceFile } from '../system/atomic-write.ts'
import { discard } from '../system/discard.ts'
import { namesIn, readOwnFile, type UserId } from '../system/own-file.ts'
import { makeOwnFolder } from '../system/own-folder.ts'
import { takesConnections } from '../system/unix-listener.ts'

/*
 * One file for each socket that is served: what its grant says, and what a person has said to it for this session.
 */

/** A grant that is served now, as its file tells. */
export interface LiveGrant {
  /** The file, which also has what was said for this session. */
  readonly file: string
  readonly name: string
  readonly socket: string
  /** The grant in words, for a person. */
  readonly says: string
}

/** The file for what a person says for ever. */
export function lastingFile(state: string): string {
  return join(state, 'grants.json')
}

function folderOf(state: string): string {
  return join(state, 'serving')
}

export function liveFile(state: string, id: string): string {
  return join(folderOf(state), `${id}.json`)
}

/** Writes the file of a grant that is served now: somebody listens at its socket, or it would count as dead. */
export function noteLive(state: string, userId: UserId, { file, ...members }: LiveGrant): void {
  makeOwnFolder(folderOf(state), userId)
  replaceFile(file, `${JSON.stringify({ ...members, said: [] }, undefined, 2)}\n`)
}

export function forgetLive(file: string): void {
  discard(file)
}

/** The grants that are served now. Removes the files of those whose process has died. */
export async function liveGrants(state: string, userId: UserId): Promise<readonly LiveGrant[]> {
  const live: LiveGrant[] = []
  for (const name of namesIn(folderOf(state)).filter((one) => one.endsWith('.json'))) {
    const file = join(folderOf(state), name)
    const members = objectIn(readOwnFile(file, userId)?.toString('utf8') ?? '')
    if (!isLive(members)) continue
    if (await takesConnections(members.socket)) live.push({ ...members, file })
    else discard(file)
  }
  return live
}

function isLive(members: Members | undefined): members is Members & Omit<LiveGrant, 'file'> {
  return isObject(members) && ['name', 'socket', 'says'].every((name) => typeof members[name] === 'string')
}
