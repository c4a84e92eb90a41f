import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Fault } from '../../../src/stores/vault/faults.ts'

/*
 * A vector is a text: lines `key: value`, an empty line, then a tree of files. docs/vault-format.md describes it. A key
 * or an entry that is unknown is an error, so that a typing error cannot disable a check.
 */

export interface Vector {
  readonly comment: string
  /** The class of failure that every reader must report, or `none`. */
  readonly failure: Fault | 'none'
  /** The file that the failure names. */
  readonly file: string
  /** The endpoint of the lookup. */
  readonly find: string
  /** Another endpoint, which can be read all the same. */
  readonly still?: string
  /** The user for the store, if it is not the owner of the files. */
  readonly user?: 'another'
  /** The vault's key, in hexadecimal digits, for tests of a part. */
  readonly vaultKey?: string
  readonly passphrase?: string
  /** The seed of the Ed25519 key that the SSH agent holds. */
  readonly agentSeed?: string
  /** The expected item: the JSON in the record, and the record's path. */
  readonly items: readonly { readonly at: string; readonly entry: string }[]
  readonly tree: readonly Entry[]
}

type Entry =
  | { readonly is: 'folder'; readonly path: string; readonly mode: number }
  | { readonly is: 'file'; readonly path: string; readonly mode: number; readonly bytes: Buffer }
  | { readonly is: 'link'; readonly path: string; readonly to: string }

const single = ['comment', 'failure', 'file', 'find', 'still', 'user', 'vault-key', 'passphrase', 'agent-seed']

export function parseVector(text: string): Vector {
  const end = text.indexOf('\n\n')
  const fields = new Map<string, string>()
  const items: { at: string; entry: string }[] = []
  for (const line of text.slice(0, end).split('\n')) {
    const colon = line.indexOf(': ')
    const [key, value] = [line.slice(0, colon), line.slice(colon + 2)]
    if (key === 'item')
      items.push({ at: value.slice(0, value.indexOf(' ')), entry: value.slice(value.indexOf(' ') + 1) })
    else if (single.includes(key) && !fields.has(key)) fields.set(key, value)
    else throw new Error(`a vector has a key that means nothing here: ${key}`)
  }
  const must = (key: string) => {
    const value = fields.get(key)
    if (value === undefined) throw new Error(`a vector lacks its ${key}`)
    return value
  }
  const may = <K extends string>(name: K, key: string) =>
    fields.has(key) ? ({ [name]: fields.get(key) } as Record<K, string>) : {}
  return {
    comment: must('comment'),
    failure: must('failure') as Vector['failure'],
    file: fields.get('file') ?? '',
    find: must('find'),
    ...may('still', 'still'),
    ...(fields.get('user') === 'another' ? { user: 'another' } : {}),
    ...may('vaultKey', 'vault-key'),
    ...may('passphrase', 'passphrase'),
    ...may('agentSeed', 'agent-seed'),
    items,
    tree: parseTree(text.slice(end + 2)),
  }
}

/** Puts the vector's files under this folder. */
export function plant({ tree }: Pick<Vector, 'tree'>, root: string): void {
  for (const entry of tree) {
    const path = join(root, entry.path)
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    if (entry.is === 'link') symlinkSync(entry.to, path)
    else if (entry.is === 'folder') mkdirSync(path, { recursive: true })
    else writeFileSync(path, entry.bytes)
    if (entry.is !== 'link') chmodSync(path, entry.mode)
  }
}

/** `== path/ 0700`, `== path 0600`, `== path 0600 base64` with the content in the lines that follow, `== path -> target`. */
function parseTree(text: string): Entry[] {
  const [before, ...entries] = `\n${text.slice(0, -1)}`.split('\n== ')
  if (before !== '') throw new Error('a vector has text before its files')
  return entries.map((entry) => {
    const lineEnd = entry.indexOf('\n')
    const words = (lineEnd < 0 ? entry : entry.slice(0, lineEnd)).split(' ')
    const content = lineEnd < 0 ? '' : entry.slice(lineEnd + 1)
    const [path = '', second = '', third] = words
    if (second === '->' && third !== undefined && words.length === 3) return { is: 'link', path, to: third }
    const mode = Number.parseInt(second, 8)
    if (!/^0[0-7]{3}$/.test(second) || words.length > 3) throw new Error(`a vector has an odd entry: ${path}`)
    if (path.endsWith('/') && third === undefined) return { is: 'folder', path: path.slice(0, -1), mode }
    if (third === 'base64') return { is: 'file', path, mode, bytes: Buffer.from(content, 'base64') }
    if (third === undefined) return { is: 'file', path, mode, bytes: Buffer.from(`${content}\n`) }
    throw new Error(`a vector has an odd entry: ${path}`)
  })
}
