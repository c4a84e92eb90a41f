import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { needs, type Suite } from '../real/require.ts'

export const root = join(import.meta.dirname, '..', '..')

/** The executable that `npm run build:standalone` made. */
export const executable = join(root, 'build', 'standalone', 'credbridge')

/** The suite for tests that run it. */
export const needsExecutable: Suite = needs(
  'the standalone executable (npm run build:standalone)',
  existsSync(executable),
)
