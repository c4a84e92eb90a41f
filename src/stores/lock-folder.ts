import { join } from 'node:path'
import type { LockPlace } from '../system/lock.ts'
import type { Machine } from '../system/machine.ts'

/** The folder of a store's lock files, and their owner. */
export type LockFolder = Omit<LockPlace, 'name'>

/** The folder for lock files in this machine's state folder. */
export function lockFolder({
  folders: places,
  userId,
  processId,
}: Pick<Machine, 'folders' | 'userId' | 'processId'>): LockFolder {
  return { folder: join(places.state, 'locks'), userId, processId }
}
