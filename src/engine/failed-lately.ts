import { join } from 'node:path'
import type { Credential } from '../core/credential.ts'
import { grantOf } from '../core/grant.ts'
import { mintingOf } from '../core/minted.ts'
import { objectIn } from '../core/record.ts'
import { replaceFile } from '../system/atomic-write.ts'
import { discard } from '../system/discard.ts'
import type { Machine } from '../system/machine.ts'
import { readOwnFile } from '../system/own-file.ts'
import { makeOwnFolder } from '../system/own-folder.ts'
import { hashOf, placeName } from './place-name.ts'

/*
 * A command that failed is not run again for a minute, whoever asks, and a token that could not be renewed is not tried
 * again: a build asks a hundred times. The failure is stored in the state folder, because it concerns only this machine.
 */

/** In milliseconds. */
const rememberedFor = 60_000

type Rememberer = Pick<Machine, 'folders' | 'userId'>

/** Why no secret could be had for this minted credential or token within the last minute; `undefined` if none failed. */
export function failedLately(machine: Rememberer, store: string, item: Credential, now: number): string | undefined {
  const text = readOwnFile(fileFor(machine, store, item), machine.userId)?.toString('utf8')
  const { at, what, reason } = objectIn(text ?? '') ?? {}
  if (typeof at !== 'number' || typeof reason !== 'string' || what !== whatFails(item)) return undefined
  return at <= now && now < at + rememberedFor ? reason : undefined
}

/** Remembers it. Where that is not possible, the next caller tries again: the failure itself matters more. */
export function rememberFailure(
  machine: Rememberer,
  store: string,
  item: Credential,
  failed: { readonly at: number; readonly reason: string },
): void {
  try {
    const file = fileFor(machine, store, item)
    makeOwnFolder(folderFor(machine), machine.userId)
    replaceFile(file, `${JSON.stringify({ ...failed, what: whatFails(item) })}\n`, { durable: false })
  } catch {}
}

export function forgetFailure(machine: Rememberer, store: string, item: Credential): void {
  discard(fileFor(machine, store, item))
}

/** Tells a command or a token from another one that is kept at its place later. */
function whatFails(item: Credential): string {
  if (item.kind === 'minted') return hashOf(mintingOf(item).command)
  const { renewal } = grantOf(item)
  return hashOf([renewal?.tokenEndpoint, renewal?.clientId, item.expires])
}

function fileFor(machine: Rememberer, store: string, item: Credential): string {
  return join(folderFor(machine), placeName(store, item))
}

function folderFor({ folders }: Rememberer): string {
  return join(folders.state, 'failed-lately')
}
