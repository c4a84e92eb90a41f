import { join } from 'node:path'
import { isProgram, programOnPath } from './require.ts'

/** Terraform or OpenTofu. */
export interface Client {
  readonly name: 'terraform' | 'tofu'
  readonly program: string
}

const built = join(import.meta.dirname, '..', '..', '.cache', 'tofu', 'tofu')

/** The installed ones. Neither is a part of Debian; `.ci/tofu` builds OpenTofu where there is none. */
export const installedClients: readonly Client[] = (['terraform', 'tofu'] as const).flatMap((name) => {
  const program = programOnPath(name) ?? (name === 'tofu' && isProgram(built) ? built : undefined)
  return program === undefined ? [] : [{ name, program }]
})
