import { join } from 'node:path'
import { Failure } from '../core/failure.ts'
import { command } from '../core/hint.ts'
import type { World } from './tool.ts'

/*
 * Settings of projects that the person allows although they are not known to be harmless: this setting in this file with
 * this value, and no other. Values are kept as fingerprints, because one can hold a password.
 */

export interface Allowed {
  readonly file: string
  readonly setting: string
  readonly fingerprint: string
}

export async function isAllowed(
  world: World,
  { file, key, value }: { file: string; key: string; value: unknown },
): Promise<boolean> {
  const candidates = allowed(world).filter((one) => one.file === file && one.setting === key)
  if (candidates.length === 0) return false
  const mark = await fingerprint(value)
  return candidates.some((one) => one.fingerprint === mark)
}

/** What a person allows by: 128 bits of a value's SHA-256. */
export async function fingerprint(value: unknown): Promise<string> {
  const { createHash } = await import('node:crypto')
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32)
}

export function isFingerprint(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text)
}

export function allowed(world: World): readonly Allowed[] {
  const file = fileFor(world)
  const text = world.files.read(file)
  if (text === undefined) return []
  try {
    const all: unknown = JSON.parse(text)
    if (Array.isArray(all) && all.every(isEntry)) return all
  } catch {}
  throw new Failure('malformed', `${file} is not what credbridge wrote`, { hints: [command`rm ${file}`] })
}

export function writeAllowed(world: World, all: readonly Allowed[]): void {
  world.files.write(fileFor(world), `${JSON.stringify(all, undefined, 2)}\n`)
}

function fileFor({ places }: World): string {
  return join(places.state, 'allowed.json')
}

function isEntry(value: unknown): value is Allowed {
  const fields = ['file', 'setting', 'fingerprint'] as const
  const entry = value as Readonly<Record<string, unknown>> | null
  return typeof entry === 'object' && entry !== null && fields.every((name) => typeof entry[name] === 'string')
}
