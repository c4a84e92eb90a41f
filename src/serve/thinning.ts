import type { Entry } from '../engine/audit.ts'

/** How many different lines a socket may log in a minute. */
const mostEachMinute = 120
const minute = 60_000

/**
 * Passes on the entries of a socket, but of each kind only one in a minute, and of all not too many. The first of the next
 * minute tells how many were left out. So a far side that floods cannot push what it did before out of the log.
 */
export function thinned(write: (entry: Entry) => void, now: () => number): (entry: Entry) => void {
  const written = new Set<string>()
  let since = now()
  let omitted = 0
  return (entry) => {
    if (now() - since >= minute) {
      written.clear()
      since = now()
    }
    const { time: _, process: __, ...kind } = entry
    const name = JSON.stringify(kind)
    if (written.has(name) || written.size >= mostEachMinute) {
      omitted++
      return
    }
    const isFirst = written.size === 0
    written.add(name)
    write(isFirst && omitted > 0 ? { ...entry, omitted } : entry)
    if (isFirst) omitted = 0
  }
}
