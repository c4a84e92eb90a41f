import { isObject, type Member, type Node, parsed, rootOf } from './json-tree.ts'

/*
 * Edits another program's JSON file in place. Only the given members change. Order, indentation, line endings, unknown
 * unknown members and the spelling of numbers stay as they were. Where things stand is for a parser to say; what is put
 * in looks like its neighbours, which the parser's own editing does not do.
 */

export type Path = readonly string[]

/** Returns the value at a path; `undefined` if there is none. Text that is not a JSON object is `malformed`. */
export function valueAt(text: string, path: Path): unknown {
  const within = (value: unknown, name: string) => {
    return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  }
  return path.reduce<unknown>(within, parsed(text))
}

/** Returns the members of the object at a path; an empty list if there is no object. */
export function membersAt(text: string, path: Path): readonly (readonly [name: string, value: unknown])[] {
  const value = valueAt(text, path)
  return isObject(value) ? Object.entries(value) : []
}

/** Sets the value at a path, at its old position or after the last member. Creates missing objects on the path. */
export function withValue(text: string, path: Path, value: unknown): string {
  return withValues(text, [[path, value]])
}

/** Like `withValue`, for many values in one pass. No path may lie below another. */
export function withValues(text: string, values: readonly (readonly [path: Path, value: unknown])[]): string {
  const style = styleOf(text)
  return changed(text, valueEdits(text, rootOf(text), byName(values), style))
}

/** The text without the member at the path; nothing else changes. */
export function withoutValue(text: string, path: Path): string {
  return withoutValues(text, [path])
}

/** Like `withoutValue`, for many members in one pass. */
export function withoutValues(text: string, paths: readonly Path[]): string {
  return changed(text, removalEdits(rootOf(text), byName(paths.map((path) => [path, undefined]))))
}

/** Gives the text of the value at a path, as it stands there; `undefined` if there is none. */
export function textsIn(text: string): (path: Path) => string | undefined {
  const root = rootOf(text)
  return (path) => {
    const node = nodeAt(root, path)
    return node === undefined ? undefined : text.slice(node.start, node.end)
  }
}

/** Replaces the texts of these values. Paths that are not there are left out. */
export function withTexts(text: string, texts: readonly (readonly [path: Path, text: string])[]): string {
  const root = rootOf(text)
  const edits = texts.flatMap(([path, instead]): Edit[] => {
    const node = nodeAt(root, path)
    return node === undefined ? [] : [{ start: node.start, end: node.end, text: instead }]
  })
  return changed(text, edits)
}

function nodeAt(root: Node, path: Path): Node | undefined {
  const below = (node: Node | undefined, name: string) => node?.members?.findLast((one) => one.name === name)?.value
  return path.reduce<Node | undefined>(below, root)
}

/** A range of the text and its replacement. */
interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Applies the edits in the order of their positions. */
function changed(text: string, edits: readonly Edit[]): string {
  const parts: string[] = []
  let at = 0
  for (const { start, end, text: instead } of [...edits].sort((a, b) => a.start - b.start)) {
    parts.push(text.slice(at, start), instead)
    at = end
  }
  return parts.join('') + text.slice(at)
}

/** The requested changes to an object: for each name a value, or the changes below it. */
type Meant = ReadonlyMap<string, { readonly value: unknown } | { readonly below: Meant }>

function byName(values: readonly (readonly [path: Path, value: unknown])[]): Meant {
  const groups = new Map<string, [Path, unknown][]>()
  for (const [[name = '', ...rest], value] of values) {
    const group = groups.get(name) ?? []
    group.push([rest, value])
    groups.set(name, group)
  }
  return new Map(
    [...groups].map(([name, group]) => {
      const ends = group.filter(([path]) => path.length === 0)
      return [name, ends.length > 0 ? { value: ends.at(-1)?.[1] } : { below: byName(group) }]
    }),
  )
}

function valueEdits(text: string, at: Node, meant: Meant, style: Style): readonly Edit[] {
  const edits: Edit[] = []
  const missing: [string, unknown][] = []
  const members = new Map((at.members ?? []).map((member) => [member.name, member]))
  for (const [name, one] of meant) {
    const member = members.get(name)
    if (member === undefined) missing.push([name, plain(one)])
    else if ('below' in one && member.value.members !== undefined) {
      edits.push(...valueEdits(text, member.value, one.below, style))
    } else {
      const printed = print(plain(one), indentAt(text, member.start), style)
      edits.push({ start: member.value.start, end: member.value.end, text: printed })
    }
  }
  return missing.length === 0 ? edits : [...edits, insertion(text, at, missing, style)]
}

/** The requested value, inside the objects on the path to it. */
function plain(one: { readonly value: unknown } | { readonly below: Meant }): unknown {
  return 'value' in one ? one.value : Object.fromEntries([...one.below].map(([name, inner]) => [name, plain(inner)]))
}

/** Removes adjacent members as one range, so that each separator is removed once. */
function removalEdits(at: Node, meant: Meant): readonly Edit[] {
  const members = at.members ?? []
  const edits: Edit[] = []
  const isMeant = (member: Member | undefined) => {
    const one = member === undefined ? undefined : meant.get(member.name)
    return one !== undefined && 'value' in one
  }
  for (const [index, member] of members.entries()) {
    const one = meant.get(member.name)
    if (one !== undefined && 'below' in one) edits.push(...removalEdits(member.value, one.below))
    if (!isMeant(member) || isMeant(members[index - 1])) continue
    let last = index
    while (isMeant(members[last + 1])) last++
    const [before, after] = [members[index - 1], members[last + 1]]
    const start =
      after === undefined && before !== undefined ? before.value.end : after === undefined ? at.start + 1 : member.start
    const end = after?.start ?? (before === undefined ? at.end - 1 : (members[last]?.value.end ?? at.end - 1))
    edits.push({ start, end, text: '' })
  }
  return edits
}

interface Style {
  readonly lineEnd: string
  /** The indentation of one level; absent if the members are on the line of the brace. */
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

/** Inserts new members after the last one. */
function insertion(text: string, into: Node, added: readonly [string, unknown][], style: Style): Edit {
  const [first, last] = [into.members?.[0], into.members?.at(-1)]
  if (first === undefined || last === undefined) {
    const printed = print(Object.fromEntries(added), indentAt(text, into.start), style)
    return { start: into.start, end: into.end, text: printed }
  }
  const blank = text.slice(into.start + 1, first.start)
  const colon = text.slice(first.nameEnd, first.value.start)
  const indent = indentAt(text, first.start)
  const printed = added.map(([name, value]) => `,${blank}${JSON.stringify(name)}${colon}${print(value, indent, style)}`)
  return { start: last.value.end, end: last.value.end, text: printed.join('') }
}

function print(value: unknown, indent: string, { unit, lineEnd }: Style): string {
  if (unit === undefined) return JSON.stringify(value)
  return JSON.stringify(value, undefined, unit).replaceAll('\n', lineEnd + indent)
}

/** The white space at the start of the line that contains this position. */
function indentAt(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
  return line.slice(0, line.length - line.trimStart().length)
}
