import { Failure } from '../core/failure.ts'

/** Where the values of a JSON text stand in it. */

export interface Node {
  readonly start: number
  readonly end: number
  /** Of an object only. */
  readonly members?: readonly Member[]
}

export interface Member {
  readonly name: string
  readonly start: number
  readonly nameEnd: number
  readonly value: Node
}

/** The tree of the text, which is one JSON object. Anything else is `malformed`. */
export function rootOf(text: string): Node {
  parsed(text)
  return nodeAt(text, skipBlank(text, 0))
}

/** The node here. `JSON.parse` has already accepted the text. */
function nodeAt(text: string, start: number): Node {
  const opening = text.charAt(start)
  if (opening === '"') return { start, end: stringEnd(text, start) }
  if (opening !== '{' && opening !== '[') return { start, end: scalarEnd(text, start) }
  const members: Member[] = []
  let at = skipBlank(text, start + 1)
  while (text.charAt(at) !== '}' && text.charAt(at) !== ']') {
    const nameEnd = opening === '{' ? stringEnd(text, at) : at
    const colon = skipBlank(text, nameEnd)
    const value = nodeAt(text, opening === '{' ? skipBlank(text, colon + 1) : at)
    const name = opening === '{' ? (JSON.parse(text.slice(at, nameEnd)) as string) : ''
    members.push({ name, start: at, nameEnd, value })
    at = skipBlank(text, value.end)
    if (text.charAt(at) === ',') at = skipBlank(text, at + 1)
  }
  return { start, end: at + 1, ...(opening === '{' ? { members } : {}) }
}

function stringEnd(text: string, start: number): number {
  let at = start + 1
  while (text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1
  return at + 1
}

function scalarEnd(text: string, start: number): number {
  let at = start
  while (at < text.length && !',]} \t\r\n'.includes(text.charAt(at))) at++
  return at
}

function skipBlank(text: string, from: number): number {
  let at = from
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at++
  return at
}

/** The object that the text is. Anything else is `malformed`. */
export function parsed(text: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Failure('malformed', 'it is not JSON')
  }
  if (!isObject(value)) throw new Failure('malformed', 'it is not a JSON object')
  return value
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
