import { Failure } from './failure.ts'

/** The failure for an unusable endpoint. `what` says why and must not quote the input. */
export function malformed(what: string): Failure {
  return new Failure('malformed', `not a usable endpoint: ${what}`)
}

/** Canonical path: escapes in upper case, only where they are needed, and dot segments resolved. */
export function canonicalPath(path: string): string {
  const segments: string[] = []
  for (const segment of encodePath(path).split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '.') segments.push(segment)
  }
  let first = 0
  let end = segments.length
  while (first < end && segments[first] === '') first++
  while (end > first && segments[end - 1] === '') end--
  return segments.slice(first, end).join('/')
}

const unreserved = /[A-Za-z0-9._~-]/
const toEncode = /%[0-9A-Fa-f]{2}|[^A-Za-z0-9._~\-!$&'()*+,;=:@/]/gu

function encodePath(path: string): string {
  return path.replace(toEncode, (found) => (found.length === 3 ? canonicalEscape(found) : encodeCharacter(found)))
}

function canonicalEscape(written: string): string {
  const meant = String.fromCharCode(Number.parseInt(written.slice(1), 16))
  return unreserved.test(meant) ? meant : written.toUpperCase()
}

function encodeCharacter(character: string): string {
  if (!character.isWellFormed()) throw malformed('it is not valid Unicode text')
  return encodeURIComponent(character)
}
