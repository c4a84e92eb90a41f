import { lstatSync, readlinkSync, type Stats } from 'node:fs'
import { parse, resolve, sep } from 'node:path'
import { Failure } from '../core/failure.ts'

/*
 * Root in another user's home (`sudo -E`, containers): what root makes there locks the user out, and whoever owns a folder
 * can lead root elsewhere by a link. So nothing of ours is made there, and only the user's own files are changed.
 */

const root = 0
const mostLinks = 40

/**
 * The user, other than root, who owns a part of this path or of what it leads to by links: who could lead it elsewhere.
 * `undefined` if there is none, or if it is not root who asks. What is not there belongs to nobody.
 */
export function userAlong(path: string, userId: number | undefined): number | undefined {
  if (userId !== root) return undefined
  let parts = partsOf(path)
  let here = parse(path).root
  for (let links = 0; links <= mostLinks; ) {
    const stats = lstatSync(here, { throwIfNoEntry: false })
    if (stats === undefined) return undefined
    if (stats.uid !== root) return stats.uid
    if (stats.isSymbolicLink()) {
      const target = resolve(here, '..', readlinkSync(here))
      parts = [...partsOf(target), ...parts]
      here = parse(target).root
      links++
    }
    const [next, ...rest] = parts
    if (next === undefined) return undefined
    here = resolve(here, next)
    parts = rest
  }
  return undefined
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

function partsOf(path: string): string[] {
  return path
    .slice(parse(path).root.length)
    .split(sep)
    .filter((part) => part !== '')
}
