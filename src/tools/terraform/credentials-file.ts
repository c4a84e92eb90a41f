import { isObject } from '../../core/record.ts'
import { membersAt, valueAt } from '../json-text.ts'
import type { Machine } from '../tool.ts'
import { clientsOf, credentialsFile } from './places.ts'

/** A host in a `credentials.tfrc.json`, where `terraform login` writes tokens if there is no helper. */
export interface PlainToken {
  readonly file: string
  readonly host: string
  /** `undefined`: there is more than a token, or something else. */
  readonly token: string | undefined
}

/** All entries. A file that is not a JSON object is `malformed`. */
export function tokensIn(machine: Machine): readonly PlainToken[] {
  const files = [...new Set(clientsOf(machine).map(credentialsFile))]
  return files.flatMap((file) => {
    const text = machine.files.read(file) ?? ''
    const entries = text.trim() === '' ? [] : membersAt(text, [table])
    return entries.map(([host, entry]) => ({ file, host, token: tokenIn(entry) }))
  })
}

/** Where the entry of a host is. */
export function pathOf(host: string): readonly string[] {
  return [table, host]
}

/** The token of a host in this text; `undefined` if there is none, or more than that. */
export function tokenAt(text: string, host: string): string | undefined {
  return text.trim() === '' ? undefined : tokenIn(valueAt(text, pathOf(host)))
}

function tokenIn(entry: unknown): string | undefined {
  if (!isObject(entry) || Object.keys(entry).length !== 1) return undefined
  return typeof entry['token'] === 'string' ? entry['token'] : undefined
}

const table = 'credentials'
