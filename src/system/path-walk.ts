import { lstatSync, readlinkSync, type Stats } from 'node:fs'
import { parse, resolve, sep } from 'node:path'

/** A folder, link or file that the system passes on the way along a path. */
export interface Passed {
  readonly path: string
  readonly stats: Stats
}

const mostLinks = 40

/**
 * Everything that is passed on the way along an absolute path, links followed, up to its end or to the first that is not
 * there or cannot be looked at.
 */
export function passedAlong(path: string): readonly Passed[] {
  const passed: Passed[] = []
  let parts = partsOf(path)
  let here = parse(path).root
  for (let links = 0; links <= mostLinks; ) {
    const stats = statsOf(here)
    if (stats === undefined) return passed
    passed.push({ path: here, stats })
    if (stats.isSymbolicLink()) {
      const target = resolve(here, '..', readlinkSync(here))
      parts = [...partsOf(target), ...parts]
      here = parse(target).root
      links++
    }
    const [next, ...rest] = parts
    if (next === undefined) return passed
    here = resolve(here, next)
    parts = rest
  }
  return passed
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

function partsOf(path: string): string[] {
  return path
    .slice(parse(path).root.length)
    .split(sep)
    .filter((part) => part !== '')
}
