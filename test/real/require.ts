import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, test } from 'vitest'
import { skippedFor } from './missing-parts.ts'

/** Declares tests that use a real part, or one skipped test that says why they are not there. */
export type Suite = (name: string, body: () => void) => void

/**
 * The suite for tests that use a real part of the outside world. Where the part is missing they are skipped, which is
 * said at the end of the run; with CREDBRIDGE_REQUIRE_ALL=1, which CI sets, that is a failure.
 */
export function needs(part: string, present: boolean): Suite {
  if (present) return (name, body) => void describe(name, body)
  if (process.env['CREDBRIDGE_REQUIRE_ALL'] === '1') throw new Error(`${part} is needed for this test and is not here`)
  return (name) => {
    describe(name, () => test.skip(skippedFor(part)))
  }
}

/** The suite for tests that run these programs; names the first that is missing. */
export function needsPrograms(...programs: readonly [string, ...string[]]): Suite {
  const missing = programs.find((program) => programOnPath(program) === undefined)
  return needs(missing ?? programs[0], missing === undefined)
}

/** Whether a session with a keyring can be started (session.ts). */
export const hasKeyring: boolean = ['setpriv', 'dbus-daemon', 'dbus-send', 'gnome-keyring-daemon'].every(
  (program) => programOnPath(program) !== undefined,
)

/** Where a program is, as a shell would find it. */
export function programOnPath(program: string, path: string = process.env['PATH'] ?? ''): string | undefined {
  const folders = path.split(delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => join(folder, program)).find(isProgram)
}

export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
