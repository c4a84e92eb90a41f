import type { Credential } from '../../core/credential.ts'
import { Failure } from '../../core/failure.ts'
import type { Machine, PlainSecret } from '../tool.ts'

/*
 * Removes a secret from a file line by line, so that comments and order stay, and puts it back. The trace for putting
 * it back is the line, with a NUL in place of the secret.
 */

/** The change of one line. Lines are counted from 0. */
export interface Edit {
  readonly at: number
  readonly was: string
  /** Absent: the line is removed. */
  readonly is?: string
}

/** How a file encodes a secret. */
export type Spelling = 'plain' | 'quoted' | 'base64' | 'user-and-password' | 'user-and-password-base64' | 'url'

export function spelled(spelling: Spelling, { account, secret }: Credential): string {
  const text = secret.expose()
  const base64 = (plain: string) => Buffer.from(plain).toString('base64')
  switch (spelling) {
    case 'plain':
      return text
    case 'quoted':
      return JSON.stringify(text).slice(1, -1)
    case 'base64':
      return base64(text)
    case 'user-and-password':
      return `${account}:${text}`
    case 'user-and-password-base64':
      return base64(`${account}:${text}`)
    case 'url':
      return `${encodeURIComponent(account)}:${encodeURIComponent(text)}`
    default:
      return spelling satisfies never
  }
}

/**
 * A secret in some lines of a file. `edits` are these lines; `undefined` if one does not contain the secret in this
 * form.
 */
export function secretInLines(
  machine: Machine,
  file: string,
  edits: readonly Edit[],
  spelling: Spelling,
  credential: Credential,
): PlainSecret | undefined {
  const text = spelled(spelling, credential)
  const [holder] = edits
  const at = holder === undefined || text === '' ? -1 : holder.was.lastIndexOf(text)
  if (holder === undefined || at < 0 || holder.was.includes('\0')) return undefined
  const hidden = { ...holder, was: `${holder.was.slice(0, at)}\0${holder.was.slice(at + text.length)}` }
  return {
    where: `${file}, line ${holder.at + 1}`,
    credential,
    takeOut: () => takeOut(machine, file, edits),
    trace: { file, spelling, edits: JSON.stringify([hidden, ...edits.slice(1)]) },
  }
}

function takeOut(machine: Machine, file: string, edits: readonly Edit[]): void {
  const lines = (machine.files.read(file) ?? '').split('\n')
  for (const { at, was, is } of [...edits].sort((a, b) => b.at - a.at)) {
    const index = nearest(lines, was, at)
    if (index < 0) throw changed(file)
    lines.splice(index, 1, ...(is === undefined ? [] : [is]))
  }
  machine.files.write(file, lines.join('\n'))
}

/** Puts back what `secretInLines` found. */
export function putBackInLines(
  machine: Machine,
  trace: Readonly<Record<string, string>>,
  credential: Credential,
): void {
  const { file = '', spelling = 'plain', edits = '[]' } = trace
  const text = spelled(spelling as Spelling, credential)
  const lines = (machine.files.read(file) ?? '').split('\n')
  for (const { at, was, is } of (JSON.parse(edits) as Edit[]).sort((a, b) => a.at - b.at)) {
    const line = was.replace('\0', () => text)
    if (lines.includes(line)) continue
    const index = is === undefined ? -1 : nearest(lines, is, at)
    if (index < 0) lines.splice(Math.min(at, lines.length), 0, line)
    else lines.splice(index, 1, line)
  }
  machine.files.write(file, lines.join('\n'))
}

/** The line with this text that is nearest to its former position; -1 if there is none. */
export function nearest(lines: readonly string[], text: string, at: number): number {
  const found = lines.flatMap((line, index) => (line === text ? [index] : []))
  return found.sort((a, b) => Math.abs(a - at) - Math.abs(b - at))[0] ?? -1
}

export function changed(file: string): Failure {
  return new Failure('refused', `${file} has changed meanwhile: the secret is saved, and also still in the file`)
}
