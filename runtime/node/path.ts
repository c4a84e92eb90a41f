import { folder } from 'host:process'

/* https://nodejs.org/api/path.html, for POSIX paths only. */

export const sep = '/'
export const delimiter = ':'

export function isAbsolute(path: string): boolean {
  return path.startsWith('/')
}

/** Whether it is as `names` would make it. Most paths are, and this is found out faster. */
function isPlain(path: string): boolean {
  const ends = path.endsWith('/') || path.endsWith('/.') || path.endsWith('/..')
  return path.startsWith('/') && !ends && !path.includes('//') && !path.includes('/./') && !path.includes('/../')
}

/** The segments of a path, without empty ones, `.` and, if possible, `..`. */
function names(path: string): string[] {
  const way: string[] = []
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue
    if (name !== '..') way.push(name)
    else if (way.length > 0 && way.at(-1) !== '..') way.pop()
    else if (!isAbsolute(path)) way.push(name)
  }
  return way
}

export function normalize(path: string): string {
  if (isPlain(path)) return path
  const way = names(path).join('/')
  if (isAbsolute(path)) return way !== '' && path.endsWith('/') ? `/${way}/` : `/${way}`
  return (way === '' ? '.' : way) + (path.endsWith('/') ? '/' : '')
}

export function join(...paths: string[]): string {
  const whole = paths.filter((path) => path !== '').join('/')
  return whole === '' ? '.' : normalize(whole)
}

export function resolve(...paths: string[]): string {
  const start = paths.findLastIndex(isAbsolute)
  const whole = start < 0 ? [folder(), ...paths] : paths.slice(start)
  const path = whole.join('/')
  return isPlain(path) ? path : `/${names(path).join('/')}`
}

export function relative(from: string, to: string): string {
  const [here, there] = [names(resolve(from)), names(resolve(to))]
  let same = 0
  while (same < here.length && here[same] === there[same]) same++
  return [...here.slice(same).map(() => '..'), ...there.slice(same)].join('/')
}

export function dirname(path: string): string {
  const end = lastName(path)[0] - 1
  if (end <= 0) return isAbsolute(path) ? '/' : '.'
  return end === 1 && isAbsolute(path) ? '//' : path.slice(0, end)
}

export function basename(path: string, ending = ''): string {
  const base = path.slice(...lastName(path))
  return base !== ending && base.endsWith(ending) ? base.slice(0, base.length - ending.length) : base
}

export function extname(path: string): string {
  const base = basename(path)
  const dot = base.lastIndexOf('.')
  return dot <= 0 || base === '..' ? '' : base.slice(dot)
}

export function parse(path: string): { root: string; dir: string; base: string; ext: string; name: string } {
  const [base, ext] = [basename(path), extname(path)]
  const dir = path.includes('/') ? dirname(path) : ''
  return { root: isAbsolute(path) ? '/' : '', dir, base, ext, name: base.slice(0, base.length - ext.length) }
}

/** The start and end of the last segment. */
function lastName(path: string): [start: number, end: number] {
  const end = withoutSlashes(path).length
  return [path.lastIndexOf('/', end - 1) + 1, end]
}

function withoutSlashes(path: string): string {
  let end = path.length
  while (path[end - 1] === '/') end--
  return path.slice(0, end)
}
