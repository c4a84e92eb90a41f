import { closeSync } from 'node:fs'
import { resolve } from 'node:path'
import { asFailure, Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Secret } from '../../core/secret.ts'
import { childEnvironment } from '../../system/child-environment.ts'
import { programOnPath } from '../../system/programs.ts'
import { namelessFile } from './nameless-file.ts'
import { attend, exitCodeOf } from './start.ts'

/**
 * Runs a person's command with this text in an unnamed file in memory, which only the command and its child processes
 * can read. It is open at a file descriptor; the environment variable contains the number. Returns the exit code; 128
 * plus the signal's number if a signal ended the command.
 */
export async function runWithSecretFile(words: readonly string[], text: Secret, variable: string): Promise<number> {
  const [name = '', ...rest] = words
  const program = name.includes('/') ? resolve(name) : programOnPath(name, process.env)
  if (program === undefined) throw new Failure('unavailable', `there is no program ${name} on PATH`)
  const file = fileOf(text)
  try {
    const env = childEnvironment(process.env, { [variable]: '3' })
    const ended = await attend({ program, words: rest, env, files: [file] })
    return exitCodeOf(ended)
  } finally {
    closeSync(file)
  }
}

function fileOf(text: Secret): number {
  try {
    return namelessFile(text.expose())
  } catch (error) {
    const { code, message } = asFailure(error)
    if (code !== 'unavailable') throw error
    throw new Failure(code, message, {
      hints: [
        hint`last resort, visible to programs that can read your environment: export CREDBRIDGE_VAULT_KEY="$(credbridge unlock --print)"`,
      ],
    })
  }
}
