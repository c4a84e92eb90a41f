import { parse } from 'smol-toml'
import { isObject } from '../../core/record.ts'
import { lineAt, type ProjectFile, unreadable } from '../guard/project-files.ts'
import { type ProjectSetting, textsIn } from '../guard/setting.ts'
import { registryHost } from '../npm/nerf-dart.ts'

/*
 * bunfig.toml: `[install] registry` is an address or a table `{ url, token }` or `{ url, username, password }`.
 * `[install.scopes]` has the same for each scope. Bun replaces a text only if all of it is `$NAME`.
 */

type Table = { readonly [key: string]: unknown }

/** A registry in the file. */
export interface BunRegistry {
  /** The path of keys to it. */
  readonly path: readonly string[]
  readonly url?: string
  readonly token?: string
  readonly username?: string
  readonly password?: string
}

export function bunRegistries(content: Table): readonly BunRegistry[] {
  const install = tableIn(content['install'])
  const scopes = Object.entries(tableIn(install['scopes']))
  return [
    ...('registry' in install ? [registryIn(['install', 'registry'], install['registry'])] : []),
    ...scopes.map(([scope, value]) => registryIn(['install', 'scopes', scope], value)),
  ]
}

function registryIn(path: readonly string[], value: unknown): BunRegistry {
  if (typeof value === 'string') return { path, url: value }
  const table = tableIn(value)
  const texts = ['url', 'token', 'username', 'password'].flatMap((name): [string, string][] => {
    const text = table[name]
    return typeof text === 'string' ? [[name, text]] : []
  })
  return { path, ...Object.fromEntries(texts) }
}

export function tableIn(value: unknown): Table {
  return typeof value === 'object' && value !== null ? (value as Table) : {}
}

/** The file's content. Bun itself refuses a file that is not TOML. */
export function parsedBunfig(text: string): Table {
  return bunfigIn(text) ?? {}
}

/** `undefined` if the text is not TOML. */
export function bunfigIn(text: string): Table | undefined {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

/** The settings of a project's file, with those of `[install]` and `[run]` one by one. */
export function bunfigSettings({ file, text }: ProjectFile): readonly ProjectSetting[] {
  return Object.entries(strictlyParsed(file, text)).flatMap(([top, value]) => {
    const members = ['install', 'run'].includes(top) && isObject(value) ? Object.entries(value) : undefined
    const all = members?.map(([name, one]) => ({ key: `${top}.${name}`, name, value: one })) ?? [{ key: top, value }]
    return all.map((one) => ({ file, line: lineOf(text, one.key), ...one }))
  })
}

/** The registries that a project's file names, in npmrc's form. */
export function bunfigRegistries({ file, text }: ProjectFile): readonly ProjectSetting[] {
  return bunRegistries(strictlyParsed(file, text)).map(({ path, url = '' }) => {
    const key = path.at(-1) === 'registry' && path.length === 2 ? 'registry' : `${scopeOf(path)}:registry`
    return { file, line: lineOf(text, url), key, value: url }
  })
}

/** Every text of a project's file, and every line verbatim, with the registry that it would be sent to. */
export function bunfigTexts({ file, text }: ProjectFile): readonly ProjectSetting[] {
  const content = strictlyParsed(file, text)
  const install = tableIn(content['install'])
  const ofRegistries = [install['registry'], ...Object.values(tableIn(install['scopes']))].flatMap((one) => {
    const about = registryHost(String(tableIn(one)['url'] ?? ''))
    const whose = about === undefined ? {} : { about }
    return textsIn(one).map((value) => ({ file, line: lineOf(text, value), key: '', value, ...whose }))
  })
  const { registry, scopes, ...rest } = install
  const others = textsIn({ ...content, install: rest }).map((value) => ({
    file,
    line: lineOf(text, value),
    key: '',
    value,
  }))
  const named = new Set(ofRegistries.flatMap(({ line, ...one }) => ('about' in one ? [line] : [])))
  const lines = text.split('\n').map((line, at) => ({ file, line: at + 1, key: '', value: '', text: line }))
  return [
    ...lines.filter(({ line, text }) => !text.trim().startsWith('#') && !named.has(line)),
    ...ofRegistries,
    ...others,
  ]
}

function strictlyParsed(file: string, text: string): Table {
  try {
    return parse(text)
  } catch {
    throw unreadable(file, 'cannot be read as TOML')
  }
}

/** The first line that contains the text verbatim; else the file's first line. */
function lineOf(text: string, what: string): number {
  const at = [what, what.slice(what.lastIndexOf('.') + 1)].map((one) => text.indexOf(one)).find((one) => one >= 0)
  return lineAt(text, at ?? 0)
}

function scopeOf(path: readonly string[]): string {
  const scope = path.at(-1) ?? ''
  return scope.startsWith('@') ? scope : `@${scope}`
}
