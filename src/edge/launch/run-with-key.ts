import { closeSync, openSync, statfsSync, unlinkSync } from 'node:fs'
import { constants } from 'node:os'
import { join, resolve } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Secret } from '../../core/secret.ts'
import { createFile } from '../../system/atomic-write.ts'
import { childEnvironment } from '../../system/child-environment.ts'
import { programOnPath } from '../../system/programs.ts'
import { randomHex } from '../../system/random.ts'
import { attend } from './start.ts'

/**
 * Runs a person's command with this text in an unnamed file in memory, which only the command and its child processes
 * can read. It is open at a file descriptor; the environment variable contains the number. Returns the exit code; 128
 * plus the signal's number if a signal ended the command.
 */
export async function runWithSecretFile(words: readonly string[], text: Secret, variable: string): Promise<number> {
  const [name = '', ...rest] = words
  const program = name.includes('/') ? resolve(name) : programOnPath(name, process.env)
  if (program === undefined) throw new Failure('unavailable', `there is no program ${name} on PATH`)
  const file = namelessFile(text)
  try {
    const env = childEnvironment(process.env, { [variable]: '3' })
    const ended = await attend({ program, words: rest, env, files: [file] })
    return 'exitCode' in ended ? ended.exitCode : 128 + (constants.signals[ended.signal] ?? 0)
  } finally {
    closeSync(file)
  }
}

/** The read-only descriptor of a file in memory with this text. The file's name is removed already. */
function namelessFile(text: Secret): number {
  const path = join(folderInMemory(), `credbridge-${randomHex(16)}`)
  createFile(path, text.expose(), { durable: false })
  try {
    return openSync(path, 'r')
  } finally {
    unlinkSync(path)
  }
}

// TMPFS_MAGIC, RAMFS_MAGIC: https://man7.org/linux/man-pages/man2/statfs.2.html
const inMemory = [0x01021994, 0x858458f6]

function folderInMemory(): string {
  const folder = [process.env['XDG_RUNTIME_DIR'], '/dev/shm'].find((path) => path?.startsWith('/') && isInMemory(path))
  if (folder !== undefined) return folder
  throw new Failure('unavailable', 'no tmpfs (XDG_RUNTIME_DIR or /dev/shm) to pass the key in', {
    hints: [
      hint`last resort, visible to programs that can read your environment: export CREDBRIDGE_VAULT_KEY="$(credbridge unlock --print)"`,
    ],
  })
}

function isInMemory(path: string): boolean {
  try {
    return inMemory.includes(statfsSync(path).type)
  } catch {
    return false
  }
}
