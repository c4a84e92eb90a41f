import { isCredential, ourselves, type Place } from '../core/credential.ts'
import { serviceName } from '../core/endpoint.ts'
import { Failure, isFailure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { samePlace } from '../core/same.ts'
import { Secret } from '../core/secret.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { FileEdit } from '../system/staged-files.ts'
import type { Taken } from './import-journal.ts'

/*
 * The files of the last import as they were before it, so that undo can restore each to the byte. They hold secrets, so
 * they are kept as one item in the store.
 */

/** A secret that was removed from a file, and its value as the store's records spell it. */
export interface Removed {
  readonly entry: Taken
  readonly value: string
}

export interface SavedFile extends FileEdit {
  /** What was removed from it. */
  readonly removed: readonly Removed[]
}

export interface Backup {
  readonly batch: string
  /** Whether the import came to its end. */
  readonly finished: boolean
  readonly files: readonly SavedFile[]
}

const place = { endpoint: serviceName('files before credbridge import'), account: '', owner: ourselves }

/** Whether this is the place of the backup. */
export function isBackup(one: Place): boolean {
  return samePlace(one, place)
}

/** The kept backup; `undefined` if there is none that can be used. */
export async function readBackup({ engine, asker }: CliContext): Promise<Backup | undefined> {
  const [store] = await engine.stores()
  const items = await store.find(asker, [place.endpoint], place.account)
  const item = items.filter(isCredential).find((one) => samePlace(one, place))
  return item === undefined ? undefined : parsed(item.secret.expose())
}

/** Replaces the backup and reads it back. Returns `false` if this store cannot keep it. */
export async function saveBackup(context: CliContext, backup: Backup): Promise<boolean> {
  const [store] = await context.engine.stores()
  const text = JSON.stringify({ version, ...backup })
  try {
    await store.save(context.asker, { ...place, kind: 'text', secret: new Secret(text) })
  } catch (error) {
    if (isFailure(error) && (error.code === 'unsupported' || error.code === 'too-large')) return false
    throw error
  }
  if (JSON.stringify({ version, ...(await readBackup(context)) }) === text) return true
  throw new Failure('internal', 'the files were not kept as they are; nothing was removed from them', {
    hints: [hint`credbridge doctor`],
  })
}

export async function removeBackup({ engine, asker }: CliContext): Promise<void> {
  const [store] = await engine.stores()
  await store.remove(asker, place)
}

const version = 1

function parsed(text: string): Backup | undefined {
  try {
    const { version: written, batch, finished, files } = JSON.parse(text) as Backup & { version: unknown }
    return written === version && Array.isArray(files) ? { batch, finished, files } : undefined
  } catch {
    return undefined
  }
}
