import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Asker } from '../../core/asker.ts'
import { type Credential, isCredential, ourselves } from '../../core/credential.ts'
import { Failure } from '../../core/failure.ts'
import { type Hint, hint } from '../../core/hint.ts'
import { type Members, objectIn } from '../../core/record.ts'
import type { Secret } from '../../core/secret.ts'
import type { Store } from '../../core/store.ts'
import type { ClientMachine, Machine } from '../../system/machine.ts'
import { readOwnFile } from '../../system/own-file.ts'
import type { StoreContext } from '../store-type.ts'
import type { Server } from './server.ts'
import { tokenPlace } from './token-place.ts'

/*
 * The token of `credbridge openbao login` is in a store of this machine. What it is for is in a file beside it, so that
 * it is sent nowhere else and a call knows without a request when it is to be renewed.
 */

/** A sign-in that is kept, without its token. */
export interface Kept {
  /** What the token was got for: address, namespace and authority. It is sent nowhere else. */
  readonly for: string
  readonly address: string
  /** The store of this machine that has the token. */
  readonly store: string
  /** The words with which the person signed in. */
  readonly words: readonly string[]
  /** In milliseconds since 1970; absent if it does not end. */
  readonly expires?: number
  /** How long it lasted when it was issued or renewed, in milliseconds. */
  readonly lasts?: number
  readonly renewable: boolean
}

const asker: Asker = { tool: ourselves, personPresent: false }

/** What a token is got for. The authority counts by its certificate, not by the name of its file. */
export function purposeOf({ address, namespace, caFile }: Server): string {
  const authority = caFile === undefined ? '' : createHash('sha256').update(certificateIn(caFile)).digest('hex')
  return JSON.stringify([address, namespace, authority])
}

/** The sign-in for this server; `undefined` if there is none. */
export function keptFor(server: Server, machine: ClientMachine): Kept | undefined {
  const kept = readKept(machine)
  return kept !== undefined && kept.for === purposeOf(server) ? kept : undefined
}

export async function keptToken(
  kept: Kept,
  { openStore }: Pick<StoreContext, 'openStore'>,
): Promise<Secret | undefined> {
  if (openStore === undefined) return undefined
  const found = await (await openStore(kept.store)).find(asker, [tokenPlace(kept.address).endpoint])
  return found.filter(isCredential).find(({ owner }) => owner === ourselves)?.secret
}

/** Keeps the token in the store, and then what it is for. */
export async function keep(kept: Kept, token: Secret, store: Store, machine: ClientMachine): Promise<void> {
  const item: Credential = { ...tokenPlace(kept.address), kind: 'bearer', secret: token }
  await store.save(asker, item)
  await writeKept(kept, machine)
}

export async function writeKept(kept: Kept, machine: ClientMachine): Promise<void> {
  const [{ replaceFile }, { makeOwnFolder }] = await Promise.all([
    import('../../system/atomic-write.ts'),
    import('../../system/own-folder.ts'),
  ])
  makeOwnFolder(machine.folders.state, machine.userId)
  replaceFile(fileIn(machine), `${JSON.stringify(kept)}\n`)
}

/** Removes token and file. */
export async function drop(kept: Kept, store: Store, machine: Machine): Promise<void> {
  await dropToken(kept.address, store)
  machine.files.remove(fileIn(machine))
}

export async function dropToken(address: string, store: Store): Promise<void> {
  await store.remove(asker, tokenPlace(address))
}

export function readKept(machine: ClientMachine): Kept | undefined {
  const text = readOwnFile(fileIn(machine), machine.userId)?.toString('utf8')
  const members = text === undefined ? undefined : objectIn(text)
  if (text !== undefined && !isKept(members)) {
    throw new Failure('malformed', `${fileIn(machine)} cannot be read`, { hints: [hint`rm ${fileIn(machine)}`] })
  }
  return members as Kept | undefined
}

/** Whether a third or less of its time is left. */
export function isDue({ expires, lasts, renewable }: Kept, now: number): boolean {
  return renewable && expires !== undefined && lasts !== undefined && expires - now < lasts / 3
}

/** The command that signs in again as before. */
export function againAs({ words }: Kept): Hint {
  return hint`to sign in again: credbridge openbao login ${words}`
}

function isKept(members: Members | undefined): boolean {
  const { for: purpose, address, store, words } = members ?? {}
  return [purpose, address, store].every((one) => typeof one === 'string') && Array.isArray(words)
}

function fileIn({ folders }: ClientMachine): string {
  return join(folders.state, 'openbao-login')
}

function certificateIn(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new Failure('unavailable', `${file}, the certificate of the OpenBao server's authority, cannot be read`, {
      hints: [hint`ls -l ${file}`],
      cause,
    })
  }
}
