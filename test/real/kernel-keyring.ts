import { spawnSync } from 'node:child_process'
import { describe, test } from 'vitest'
import { skippedFor } from './missing-parts.ts'
import { needs, type Suite } from './require.ts'

/**
 * The suite for tests that use the kernel's keyring. Where the kernel itself refuses, as in containers with a filter,
 * nothing could be installed to change that: then they are skipped, with what it said, in CI too.
 */
export function needsKernelKeyring(): Suite {
  const { error, status, stderr } = spawnSync('keyctl', ['session', '-', 'keyctl', 'add', 'user', 'tried', 'x', '@s'])
  if (error !== undefined) return needs('keyctl', false)
  if (status === 0) return needs('a kernel keyring', true)
  const said = stderr.toString().trim().split('\n')[0]
  return (name) => void describe(name, () => test.skip(skippedFor(`the kernel's keyring (it refuses: ${said})`)))
}
