import type { Stats } from 'node:fs'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { passedAlong } from './path-walk.ts'

/*
 * Root in another user's home (`sudo -E`, containers). Files that root creates there lock the user out, and the owner
 * of a folder can redirect root by a link. So root creates nothing there, and changes only files that the user owns.
 */

const root = 0
/**
 * The user, other than root, who owns a component of this path or of the targets of its links, and so could redirect
 * it. `undefined` if there is none, or if this process is not root. Components that do not exist have no owner.
 */
export function userAlong(path: string, userId: number | undefined): number | undefined {
  if (userId !== root) return undefined
  return passedAlong(path).find(({ stats }) => stats.uid !== root)?.stats.uid
}

/** Throws `refused` if this process is root and the path is among another user's files. */
export function refuseAmongOthers(path: string, userId: number | undefined): void {
  const other = userAlong(path, userId)
  if (other !== undefined) throw amongOthers(path, other)
}

export function amongOthers(path: string, other: number): Failure {
  return new Failure('refused', `${path} is among the files of user ${other}, and root creates no files there`, {
    hints: [hint`run it as that user: sudo -u ${`#${other}`} -H`, hint`run it with root's own home: sudo -H`],
  })
}

/** Whether this is a regular file that the user owns. */
export function isFileOf(stats: Stats | undefined, user: number): boolean {
  return stats?.isFile() === true && stats.uid === user
}
