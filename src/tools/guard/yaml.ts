import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml'
import { type ProjectFile, unreadable } from './project-files.ts'
import type { ProjectSetting } from './setting.ts'

/* A YAML file of settings. Every scalar is a text here, because managers disagree about other types. */

/** A key with its value, or a list's member. An alias has the entries of its anchor too. */
export interface YamlEntry {
  /** The path of keys from the outside in. A list's member has its index as the last key. */
  readonly path: readonly string[]
  /** Absent if it is not a scalar. */
  readonly value?: string
  /** Counted from 0. */
  readonly line: number
  /** The number of blanks before it. */
  readonly indent: number
  /** It is alone on its line, except for a comment, and nothing else in the file refers to it. */
  readonly isAlone: boolean
}

/** All entries in the file's order; `undefined` if it is not a YAML map, or has a duplicate key. */
export function yamlEntries(text: string): readonly YamlEntry[] | undefined {
  return readYaml(text)?.entries
}

/** The top-level scalars of a file, by name. */
export function scalarsAtTop(entries: readonly YamlEntry[]): readonly (readonly [name: string, value: string])[] {
  return entries.flatMap(({ path: [name = '', ...more], value }) =>
    more.length === 0 && value !== undefined ? [[name, value] as const] : [],
  )
}

/** The top-level settings of a file, with their content. */
export function yamlSettings({ file, text }: ProjectFile): readonly ProjectSetting[] {
  const read = readYaml(text)
  if (read === undefined) throw unreadable(file, 'cannot be read as YAML')
  const all = (read.document.toJS({ maxAliasCount: -1 }) ?? {}) as Readonly<Record<string, unknown>>
  return read.entries.flatMap(({ path: [key = '', ...more], line }) =>
    more.length === 0 ? [{ file, line: line + 1, key, value: all[key] }] : [],
  )
}

function readYaml(text: string) {
  const lines = new LineCounter()
  const document = parseDocument(text, { schema: 'failsafe', logLevel: 'error', lineCounter: lines })
  const { errors, warnings, directives, contents } = document
  const isUnusual = errors.length > 0 || warnings.length > 0 || directives.yaml.explicit === true
  if (isUnusual || (contents !== null && !isMap(contents)) || hasOddKey(contents)) return undefined
  const entries: YamlEntry[] = []
  const place = (key: Ranged, value: unknown) => placeOf(text, lines, key, value)
  return collect(document, contents, [], entries, place) ? { document, entries } : undefined
}

/** Some readers replace `<<` by the keys of another map, others do not. They also disagree about an empty key. */
function hasOddKey(contents: Node | null): boolean {
  let found = false
  visit(contents, {
    Pair: (_, { key }) => {
      found ||= !isScalar(key) || key.value === '<<' || key.value === '' || key.value === null
    },
  })
  return found
}

/** The limit for entries. More is an attack with aliases. */
const most = 20_000

type Place = (key: Ranged, value: unknown) => Omit<YamlEntry, 'path' | 'value'>

function collect(read: Document, node: unknown, path: readonly string[], found: YamlEntry[], place: Place): boolean {
  if (!isMap(node) && !isSeq(node)) return true
  return node.items.every((item, at) => {
    const [key, written] = isPair(item) ? [item.key, item.value] : [item, item]
    const value = isAlias(written) ? written.resolve(read) : written
    if (!hasRange(key) || (isAlias(written) && value === undefined) || found.length > most) return false
    const within = [...path, isPair(item) ? String(isScalar(key) ? key.value : '') : String(at)]
    const scalar = isScalar(value) ? { value: String(value.value) } : {}
    found.push({ path: within, ...scalar, ...place(key, written) })
    return within.length < 100 && collect(read, value, within, found, place)
  })
}

type Ranged = Node & { readonly range: readonly [start: number, valueEnd: number, nodeEnd: number] }

function hasRange(node: unknown): node is Ranged {
  return (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) && Array.isArray(node.range)
}

function placeOf(text: string, lines: LineCounter, key: Ranged, value: unknown) {
  const [start] = key.range
  const lineEnd = text.indexOf('\n', start) < 0 ? text.length : text.indexOf('\n', start)
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
  const end = hasRange(value) ? value.range[1] : lineEnd + 1
  const after = text.slice(end, lineEnd).trim()
  const isPlain = isScalar(value) && value.anchor === undefined && end <= lineEnd
  return {
    line: lines.linePos(start).line - 1,
    indent: before.length - before.trimStart().length,
    isAlone: isPlain && before.trim() === '' && (after === '' || after.startsWith('#')),
  }
}
