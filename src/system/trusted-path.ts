import { passedAlong } from './path-walk.ts'

/** Whether only root and this user can put another file in its place, also when it has gone. */
export function isTrusted(path: string, userId: number): boolean {
  return passedAlong(path).every(({ stats }) => {
    const isOpen = !stats.isSymbolicLink() && (stats.mode & 0o022) !== 0
    return !isOpen && (stats.uid === 0 || stats.uid === userId)
  })
}
