import { join } from 'node:path'
import type { Machine } from '../system/machine.ts'

/** The folder for the lock files of stores that belong to this machine. */
export function lockFolder({ places }: Pick<Machine, 'places'>): string {
  return join(places.state, 'locks')
}
