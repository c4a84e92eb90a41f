import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Ran } from '../../core/program.ts'

/** Parses a helper's answer to `list`: its servers, each with its user. */
export function listAnswer(command: string, { exitCode, stdout }: Ran): readonly (readonly [string, unknown])[] {
  const failed = (what: string) =>
    new Failure('unavailable', `${command} ${what}`, { hints: [hint`see its output: ${command} list`] })
  if (exitCode !== 0) throw failed('could not list its credentials')
  let listed: unknown
  try {
    listed = JSON.parse(stdout)
  } catch {
    throw failed('returned an invalid list')
  }
  return typeof listed === 'object' && listed !== null ? Object.entries(listed) : []
}
