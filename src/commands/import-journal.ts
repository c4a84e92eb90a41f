import { join } from 'node:path'
import type { Owner } from '../core/credential.ts'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import type { Machine } from '../system/machine.ts'
import type { PlainSecret } from '../tools/tool.ts'

/** A secret that import removed from a file: its place and where it was. Contains no secret. */
export interface Taken {
  readonly tool: string
  readonly endpoint: string
  readonly service: boolean
  readonly account: string
  readonly owner: Owner
  readonly trace: Readonly<Record<string, string>>
  /** The import that removed it. Absent: a setup did, or an earlier version. */
  readonly batch?: string
}

/** All secrets that were removed from files and not written back. `malformed` if the journal cannot be read. */
export function taken({ files, folders: places }: Machine): readonly Taken[] {
  const file = journalOf({ folders: places })
  const text = files.read(file)
  if (text === undefined) return []
  const entries = parsed(text)
  if (entries !== undefined) return entries
  throw new Failure('malformed', `the import journal ${file} cannot be read`, {
    hints: [hint`put it aside: mv ${file} ${`${file}.damaged`}`],
  })
}

/** Records secrets before they are removed from files. */
export function rememberTaken(machine: Machine, tool: string, secrets: readonly PlainSecret[], batch?: string): void {
  const added = secrets.flatMap((secret) => takenFrom(tool, secret, batch) ?? [])
  const names = new Set(added.map((entry) => JSON.stringify(entry)))
  const others = taken(machine).filter((entry) => !names.has(JSON.stringify(entry)))
  if (added.length > 0) write(machine, [...others, ...added])
}

/** The entry of a secret; `undefined` if the secret cannot be written back. */
export function takenFrom(
  tool: string,
  { credential: { endpoint, account, owner }, trace }: PlainSecret,
  batch?: string,
): Taken | undefined {
  if (trace === undefined) return undefined
  const entry = { tool, endpoint: endpoint.key, service: endpoint.form === 'service', account, owner, trace }
  return { ...entry, ...(batch === undefined ? {} : { batch }) }
}

/** Removes these entries from the journal. */
export function forgetTaken(machine: Machine, entries: readonly Taken[]): void {
  const dropped = new Set(entries.map((entry) => JSON.stringify(entry)))
  if (dropped.size > 0)
    write(
      machine,
      taken(machine).filter((entry) => !dropped.has(JSON.stringify(entry))),
    )
}

function write({ files, folders: places }: Machine, entries: readonly Taken[]): void {
  files.write(journalOf({ folders: places }), `${JSON.stringify(entries, undefined, 2)}\n`)
}

function journalOf({ folders: places }: Pick<Machine, 'folders'>): string {
  return join(places.state, 'imported.json')
}

function parsed(text: string): readonly Taken[] | undefined {
  try {
    const entries: unknown = JSON.parse(text)
    return Array.isArray(entries) && entries.every(isTaken) ? entries : undefined
  } catch {
    return undefined
  }
}

function isTaken(entry: unknown): entry is Taken {
  if (typeof entry !== 'object' || entry === null) return false
  const { tool, endpoint, service, account, owner, trace, batch } = entry as Partial<Record<string, unknown>>
  return (
    [tool, endpoint, account, owner, batch ?? ''].every((text) => typeof text === 'string') &&
    typeof service === 'boolean' &&
    typeof trace === 'object' &&
    trace !== null
  )
}
