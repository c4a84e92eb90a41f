import type { Entry } from '../engine/audit.ts'

/** How many different lines a socket may log in a minute: of what was granted, and of all else. */
const mostEachMinute = 120
const minute = 60_000

/**
 * Passes on the entries of a socket, but of each kind only one in a minute, and of all not too many. The first of the next
 * minute tells how many were left out. What is granted is counted apart, and each account at an endpoint that was used is
 * passed on at least once in a minute. So a far side that floods hides nothing that it took.
 */
export function thinned(write: (entry: Entry) => void, now: () => number): (entry: Entry) => void {
  const granted = budget()
  const others = budget()
  let since = now()
  let omitted = 0
  let isFirst = true
  return (entry) => {
    if (now() - since >= minute) {
      granted.renew()
      others.renew()
      isFirst = true
      since = now()
    }
    const { time: _, process: __, ...kind } = entry
    const { tool: ___, ...place } = kind
    const isTaken =
      entry.outcome === 'granted'
        ? granted.take(JSON.stringify(kind), JSON.stringify(place))
        : others.take(JSON.stringify(kind))
    if (!isTaken) return void omitted++
    write(isFirst && omitted > 0 ? { ...entry, omitted } : entry)
    if (isFirst) omitted = 0
    isFirst = false
  }
}

interface Budget {
  /** Whether there is room for `name`, that is not there yet. A new `place` has room always. */
  take(name: string, place?: string): boolean
  renew(): void
}

function budget(): Budget {
  const names = new Set<string>()
  const places = new Set<string>()
  return {
    take(name, place) {
      const isNewPlace = place !== undefined && !places.has(place)
      if (names.has(name) || (names.size >= mostEachMinute && !isNewPlace)) return false
      names.add(name)
      if (place !== undefined) places.add(place)
      return true
    },
    renew() {
      names.clear()
      places.clear()
    },
  }
}
