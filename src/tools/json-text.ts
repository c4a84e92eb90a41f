import { type Node as JsonNode, parseTree } from 'jsonc-parser'
import { Failure } from '../core/failure.ts'

/*
 * Edits a JSON file of somebody else in place: only the member that is meant changes; order, indentation, line ends,
 * unknown members and the spelling of numbers stay as they were. Where things stand is for a parser to say; what is put
 * in looks like its neighbours, which the parser's own editing does not do.
 */

export type Path = readonly string[]

/** The value at a path; nothing there: `undefined`. A text that is no JSON object is `malformed`. */
export function valueAt(text: string, path: Path): unknown {
  const within = (value: unknown, name: string) => {
    return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  }
  return path.reduce<unknown>(within, parsed(text))
}

/** The members of the object at a path; none if there is no object. */
export function membersAt(text: string, path: Path): readonly (readonly [name: string, value: unknown])[] {
  const value = valueAt(text, path)
  return isObject(value) ? Object.entries(value) : []
}

/** The text with this value at the path: in its old place, else behind the last member. Objects on the way are made. */
export function withValue(text: string, path: Path, value: unknown): string {
  const style = styleOf(text)
  let at = rootOf(text)
  for (const [depth, name] of path.entries()) {
    const rest = path.slice(depth + 1).reduceRight<unknown>((inner, outer) => ({ [outer]: inner }), value)
    const member = at.members?.findLast((one) => one.name === name)
    if (member === undefined) return inserted(text, at, name, rest, style)
    const { value: there, start } = member
    const isLast = depth === path.length - 1
    if (isLast || there.members === undefined) {
      return text.slice(0, there.start) + print(rest, indentAt(text, start), style) + text.slice(there.end)
    }
    at = there
  }
  return text
}

/** The text without the member at the path, and without nothing else. */
export function withoutValue(text: string, path: Path): string {
  let at: Node | undefined = rootOf(text)
  for (const name of path.slice(0, -1)) at = at?.members?.findLast((one) => one.name === name)?.value
  const members = at?.members ?? []
  const index = members.findIndex(({ name }) => name === path.at(-1))
  const [before, member, after] = [members[index - 1], members[index], members[index + 1]]
  if (at === undefined || member === undefined) return text
  const [from, to] =
    after !== undefined
      ? [member.start, after.start]
      : before !== undefined
        ? [before.value.end, member.value.end]
        : [at.start + 1, at.end - 1]
  return withoutValue(text.slice(0, from) + text.slice(to), path)
}

interface Node {
  readonly start: number
  readonly end: number
  /** Of an object only. */
  readonly members?: readonly Member[]
}

interface Member {
  readonly name: string
  readonly start: number
  readonly nameEnd: number
  readonly value: Node
}

interface Style {
  readonly lineEnd: string
  /** What one level is indented by; absent where all stands on one line. */
  readonly unit?: string
}

function styleOf(text: string): Style {
  const root = rootOf(text)
  const first = root.members?.[0]
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n'
  if (first === undefined) return { lineEnd, unit: '\t' }
  const blank = text.slice(root.start + 1, first.start)
  return blank.includes('\n') ? { lineEnd, unit: blank.slice(blank.lastIndexOf('\n') + 1) } : { lineEnd }
}

function inserted(text: string, into: Node, name: string, value: unknown, style: Style): string {
  const [first, last] = [into.members?.[0], into.members?.at(-1)]
  if (first === undefined || last === undefined) {
    const printed = print({ [name]: value }, indentAt(text, into.start), style)
    return text.slice(0, into.start) + printed + text.slice(into.end)
  }
  const blank = text.slice(into.start + 1, first.start)
  const colon = text.slice(first.nameEnd, first.value.start)
  const printed = print(value, indentAt(text, first.start), style)
  return `${text.slice(0, last.value.end)},${blank}${JSON.stringify(name)}${colon}${printed}${text.slice(last.value.end)}`
}

function print(value: unknown, indent: string, { unit, lineEnd }: Style): string {
  if (unit === undefined) return JSON.stringify(value)
  return JSON.stringify(value, undefined, unit).replaceAll('\n', lineEnd + indent)
}

/** The blanks at the beginning of the line on which this stands. */
function indentAt(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
  return line.slice(0, line.length - line.trimStart().length)
}

function rootOf(text: string): Node {
  parsed(text)
  const root = parseTree(text)
  if (root === undefined) throw new Failure('malformed', 'it is not JSON')
  return nodeFrom(root)
}

/** Only objects are looked into: nothing is changed within a list. */
function nodeFrom({ type, offset, length, children = [] }: JsonNode): Node {
  const place = { start: offset, end: offset + length }
  if (type !== 'object') return place
  const members = children.flatMap(({ children: [name, value] = [] }): Member[] => {
    if (name === undefined || value === undefined) return []
    const nameEnd = name.offset + name.length
    return [{ name: String(name.value), start: name.offset, nameEnd, value: nodeFrom(value) }]
  })
  return { ...place, members }
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Failure('malformed', 'it is not JSON')
  }
  if (!isObject(value)) throw new Failure('malformed', 'it is not a JSON object')
  return value
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
