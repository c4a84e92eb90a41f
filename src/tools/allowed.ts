import { join } from 'node:path'
import { entriesOf } from '../core/entry-list.ts'
import type { LauncherMachine, Machine } from './tool.ts'

/*
 * Project settings that the person has allowed although they are not known to be harmless. Each entry allows one value
 * of one setting in one file. Values are stored as fingerprints because a value can hold a password.
 */

export interface Allowed {
  readonly file: string
  readonly setting: string
  readonly fingerprint: string
}

export async function isAllowed(
  machine: LauncherMachine,
  { file, key, value }: { file: string; key: string; value: unknown },
): Promise<boolean> {
  const candidates = allowed(machine).filter((one) => one.file === file && one.setting === key)
  if (candidates.length === 0) return false
  const mark = await fingerprint(value)
  return candidates.some((one) => one.fingerprint === mark)
}

/** Identifies a value: the first 128 bits of the SHA-256 of its JSON text, in hexadecimal. */
export async function fingerprint(value: unknown): Promise<string> {
  const { createHash } = await import('node:crypto')
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32)
}

export function isFingerprint(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text)
}

export function allowed(machine: LauncherMachine): readonly Allowed[] {
  const file = fileFor(machine)
  return entriesOf(file, machine.files.read(file), ['file', 'setting', 'fingerprint'])
}

export function writeAllowed(machine: Machine, all: readonly Allowed[]): void {
  machine.files.write(fileFor(machine), `${JSON.stringify(all, undefined, 2)}\n`)
}

function fileFor({ folders: places }: LauncherMachine): string {
  return join(places.state, 'allowed.json')
}
