import { join } from 'node:path'
import type { LockPlace } from '../system/lock.ts'
import type { Machine } from '../system/machine.ts'

/** Where a store keeps its lock files, and whose they are. */
export type LockFolder = Omit<LockPlace, 'name'>

/** The folder for the lock files of stores that belong to this machine. */
export function lockFolder({
  places,
  userId,
  processId,
}: Pick<Machine, 'places' | 'userId' | 'processId'>): LockFolder {
  return { folder: join(places.state, 'locks'), userId, processId }
}
