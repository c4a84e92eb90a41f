import { mkdirSync } from 'node:fs'
import { onDisk } from './disk-failure.ts'
import { refuseAmongOthers } from './others-home.ts'
import type { UserId } from './own-file.ts'

/** Creates a folder and its missing parents with mode 0700. An existing folder stays as it is. */
export function makeOwnFolder(path: string, userId: UserId): void {
  refuseAmongOthers(path, userId)
  onDisk(path, () => mkdirSync(path, { recursive: true, mode: 0o700 }))
}
