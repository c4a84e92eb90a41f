import { realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Whether only root and this user can put another file in its place, also when it has gone. The folder must be there. */
export function isTrusted(path: string, userId: number): boolean {
  const folders = new Set([dirname(path), realpathSync(dirname(path))].flatMap(upwards))
  return [...folders].every((folder) => {
    const { mode, uid } = statSync(folder)
    return (mode & 0o022) === 0 && (uid === 0 || uid === userId)
  })
}

/** A folder and all that it is in. */
function upwards(folder: string): readonly string[] {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...upwards(above)]
}
