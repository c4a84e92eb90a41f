import { spawn as spawnByNode } from 'node:child_process'
import type { Spawn } from './spawn-below.ts'

/** Starts a program with our streams, in the usual way. */
export const spawn: Spawn = ({ program, words, env, files = [] }, ended, failed) => {
  const child = spawnByNode(program, words, { env, stdio: ['inherit', 'inherit', 'inherit', ...files] })
  child.on('error', failed)
  child.on('exit', (exitCode, signal) => ended(signal === null ? { exitCode: exitCode ?? 128 } : { signal }))
  return { kill: (signal) => void child.kill(signal) }
}
