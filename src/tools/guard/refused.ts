import { Failure } from '../../core/failure.ts'
import { type Hint, hint } from '../../core/hint.ts'

/** The failure for a project's line. `does`: its effect. */
export function refused(line: { file: string; line: number }, does: string, more: readonly Hint[] = []): Failure {
  return new Failure('refused', `${line.file}, line ${line.line}: ${does}`, {
    hints: [hint`remove the line, or move it to your own configuration`, ...more],
  })
}
