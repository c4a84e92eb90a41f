import type { Stats } from 'node:fs'
import { Failure } from '../core/failure.ts'
import { passedAlong } from './path-walk.ts'

/*
 * Root in another user's home (`sudo -E`, containers): what root makes there locks the user out, and whoever owns a folder
 * can lead root elsewhere by a link. So nothing of ours is made there, and only the user's own files are changed.
 */

const root = 0
/**
 * The user, other than root, who owns a part of this path or of what it leads to by links: who could lead it elsewhere.
 * `undefined` if there is none, or if it is not root who asks. What is not there belongs to nobody.
 */
export function userAlong(path: string, userId: number | undefined): number | undefined {
  if (userId !== root) return undefined
  return passedAlong(path).find(({ stats }) => stats.uid !== root)?.stats.uid
}

/** Refuses to make something of ours, as root, among another user's files. */
export function refuseAmongOthers(path: string, userId: number | undefined): void {
  const other = userAlong(path, userId)
  if (other !== undefined) throw amongOthers(path, other)
}

export function amongOthers(path: string, other: number): Failure {
  return new Failure('refused', `${path} is among the files of user ${other}, where root makes none`, {
    hints: [`run it as that user: sudo -u '#${other}' -H`, "run it with root's own home: sudo -H"],
  })
}

/** Whether this is that user's own file, and nothing else that the user has put in its place. */
export function isFileOf(stats: Stats | undefined, user: number): boolean {
  return stats?.isFile() === true && stats.uid === user
}
