import { digits, hexDigits, isMadeOf, letters } from './characters.ts'
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

const unreserved = `${letters}${letters.toUpperCase()}${digits}._~-`
const pathCharacters = `${unreserved}!$&'()*+,;=:@/`

function encodePath(path: string): string {
  let out = ''
  for (let at = 0; at < path.length; ) {
    const code = path.codePointAt(at) ?? 0
    const character = String.fromCodePoint(code)
    const hex = path.slice(at + 1, at + 3)
    if (character === '%' && hex.length === 2 && isMadeOf(hex, hexDigits)) {
      const meant = String.fromCharCode(Number.parseInt(hex, 16))
      out += unreserved.includes(meant) ? meant : `%${hex.toUpperCase()}`
      at += 3
    } else {
      out += pathCharacters.includes(character) ? character : encodeCharacter(character)
      at += character.length
    }
  }
  return out
}

function encodeCharacter(character: string): string {
  if (!character.isWellFormed()) throw malformed('it is not valid Unicode text')
  return encodeURIComponent(character)
}
