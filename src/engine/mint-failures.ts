import { join } from 'node:path'
import type { Credential, Place } from '../core/credential.ts'
import { objectIn } from '../core/record.ts'
import { replaceFile } from '../system/atomic-write.ts'
import { discard } from '../system/disk.ts'
import type { Machine } from '../system/machine.ts'
import { readOwnFile } from '../system/own-file.ts'
import { makeOwnFolder } from '../system/own-folder.ts'
import { placeName, wordsName } from './approvals.ts'

/*
 * A command that failed is not run again for a minute, whoever asks: a build asks a hundred times. The failure is stored
 * in the state folder, because it concerns only this machine.
 */

/** In milliseconds. */
const rememberedFor = 60_000

type Rememberer = Pick<Machine, 'folders' | 'userId'>

/** Why the command of this credential failed within the last minute; `undefined` if it did not. */
export function failedLately(machine: Rememberer, store: string, minted: Credential, now: number): string | undefined {
  const text = readOwnFile(fileFor(machine, store, minted), machine.userId)?.toString('utf8')
  const { at, words, reason } = objectIn(text ?? '') ?? {}
  if (typeof at !== 'number' || typeof reason !== 'string' || words !== wordsName(minted)) return undefined
  return at <= now && now < at + rememberedFor ? reason : undefined
}

export function rememberFailure(
  machine: Rememberer,
  store: string,
  minted: Credential,
  failed: { readonly at: number; readonly reason: string },
): void {
  const file = fileFor(machine, store, minted)
  makeOwnFolder(folderFor(machine), machine.userId)
  replaceFile(file, `${JSON.stringify({ ...failed, words: wordsName(minted) })}\n`, { durable: false })
}

export function forgetFailure(machine: Rememberer, store: string, place: Place): void {
  discard(fileFor(machine, store, place))
}

function fileFor(machine: Rememberer, store: string, place: Place): string {
  return join(folderFor(machine), placeName(store, place))
}

function folderFor({ folders }: Rememberer): string {
  return join(folders.state, 'failed-commands')
}
