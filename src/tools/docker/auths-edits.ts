import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { type Path, textsIn, withoutValues, withTexts, withValues } from '../json-text.ts'
import type { Machine, PlainSecret, TakenSecret } from '../tool.ts'
import { membersOf, readConfig, writeConfig } from './config.ts'
import { filled, leftOf } from './entry-shape.ts'
import { entryOf, proofsIn, signInOf } from './sign-in.ts'

/** Removes sign-ins from `auths` in docker's configuration and puts them back. */

/**
 * Removes these sign-ins from their files. Each file is written once. A sign-in that has changed since it was read is
 * left as it is, and the call fails with `refused`.
 */
export function takeOutOfFiles(machine: Machine, secrets: readonly PlainSecret[]): void {
  for (const [file, inFile] of byFile(secrets)) {
    const text = readConfig(machine, file)
    const entries = entriesIn(text)
    const isAsBefore = ({ trace, credential }: PlainSecret) => {
      const now = signInOf(entries.get(keyOf(trace))?.value)
      return typeof now === 'object' && now.credential.secret.equals(credential.secret)
    }
    const paths = inFile.filter(isAsBefore).flatMap(({ trace }): Path[] => {
      const entry = entries.get(keyOf(trace))
      return entry === undefined ? [] : proofsIn(entry.value).map((member) => [...entry.path, member])
    })
    if (paths.length > 0)
      writeConfig(machine, file, withoutValues(text, paths), hint`remove the secrets that credbridge stores now`)
    const changed = inFile.filter((secret) => !isAsBefore(secret)).map(({ trace }) => trace?.['server'])
    if (changed.length === 0) continue
    throw new Failure('refused', `${file} has changed; ${changed.join(', ')} was left as it is`, {
      hints: [hint`try again`],
    })
  }
}

/**
 * Puts these sign-ins back into their files, to the byte where nobody has changed the entry. Each file is written once. Where the file has a newer sign-in, that is
 * left as it is, and the failure is `refused`.
 */
export function putBackInFiles(machine: Machine, taken: readonly TakenSecret[]): readonly (Failure | undefined)[] {
  const failures = new Map<TakenSecret, Failure>()
  for (const [file, inFile] of byFile(taken)) {
    const text = readConfig(machine, file)
    const entries = entriesIn(text)
    const entryAt = textsIn(text)
    const values = new Map<string, [Path, string][]>()
    const texts = new Map<string, [Path, string]>()
    for (const one of inFile) {
      const { server = '', user = '', section = 'auths', shape } = one.trace
      const { path = [section, server], value } = entries.get(keyOf(one.trace)) ?? {}
      const now = signInOf(value)
      if (typeof now === 'object' && now.credential.secret.equals(one.credential.secret)) continue
      if (now !== undefined) {
        failures.set(one, new Failure('refused', `${file} now has another secret for ${server}`))
        continue
      }
      const whole = shape === undefined ? undefined : filled(shape, one.credential, user)
      if (shape !== undefined && whole !== undefined && entryAt(path) === leftOf(shape)) {
        texts.set(JSON.stringify(path), [path, whole])
        continue
      }
      const members = Object.entries(entryOf(one.credential, user))
      values.set(
        JSON.stringify(path),
        members.map(([member, text]): [Path, string] => [[...path, member], text]),
      )
    }
    // The journal may name an entry twice.
    const others = [...values].filter(([key]) => !texts.has(key)).flatMap(([, members]) => members)
    const after = withValues(withTexts(text, [...texts.values()]), others)
    if (after !== text) machine.files.write(file, after)
  }
  return taken.map((one) => failures.get(one))
}

interface Entry {
  readonly path: Path
  readonly value: unknown
}

/** The entries of `auths`, by their path in the file. */
function entriesIn(text: string): ReadonlyMap<string, Entry> {
  return new Map(membersOf(text, 'auths').map(({ path, value }) => [JSON.stringify(path), { path, value }]))
}

function keyOf({ section = 'auths', server = '' }: PlainSecret['trace'] = {}): string {
  return JSON.stringify([section, server])
}

function byFile<T extends Pick<PlainSecret, 'trace'>>(all: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const files = new Map<string, T[]>()
  for (const one of all) {
    const file = one.trace?.['file'] ?? ''
    const inFile = files.get(file) ?? []
    inFile.push(one)
    files.set(file, inFile)
  }
  return files
}
