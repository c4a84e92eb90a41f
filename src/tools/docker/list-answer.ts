import { Failure } from '../../core/failure.ts'
import type { Ran } from '../../core/program.ts'

/** What a helper has answered to `list`: its servers, each with its user. */
export function listAnswer(command: string, { exitCode, stdout }: Ran): readonly (readonly [string, unknown])[] {
  const failed = (what: string) =>
    new Failure('unavailable', `${command} ${what}`, { hints: [`see what it says: ${command} list`] })
  if (exitCode !== 0) throw failed('could not list what it keeps')
  let listed: unknown
  try {
    listed = JSON.parse(stdout)
  } catch {
    throw failed('gives a list that cannot be understood')
  }
  return typeof listed === 'object' && listed !== null ? Object.entries(listed) : []
}
