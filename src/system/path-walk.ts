import { lstatSync, readlinkSync, type Stats } from 'node:fs'
import { parse, resolve, sep } from 'node:path'

/** A folder, link or file that the system visits when it resolves a path. */
export interface Passed {
  readonly path: string
  readonly stats: Stats
}

const mostLinks = 40

/**
 * Everything that the system visits when it resolves an absolute path and its links, up to the first component that
 * does not exist or cannot be examined.
 */
export function passedAlong(path: string): readonly Passed[] {
  const passed: Passed[] = []
  let parts = partsOf(path)
  let current = parse(path).root
  for (let links = 0; links <= mostLinks; ) {
    const stats = statsOf(current)
    if (stats === undefined) return passed
    passed.push({ path: current, stats })
    if (stats.isSymbolicLink()) {
      const target = resolve(current, '..', readlinkSync(current))
      parts = [...partsOf(target), ...parts]
      current = parse(target).root
      links++
    }
    const [next, ...rest] = parts
    if (next === undefined) return passed
    current = resolve(current, next)
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
