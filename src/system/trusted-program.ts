import { realpathSync } from 'node:fs'
import { parse, sep } from 'node:path'
import type { ClientMachine } from './machine.ts'
import { programsOnPath } from './programs.ts'
import { isTrusted } from './trusted-path.ts'

/**
 * The first program of this name on PATH that only root and this user can replace, and that is not below the working
 * folder or one of these others: a stranger's project may have programs, and PATH may lead to them.
 */
export function trustedProgram(
  name: string,
  { env, userId, workingFolder }: Pick<ClientMachine, 'env' | 'userId' | 'workingFolder'>,
  others: readonly string[] = [],
): string | undefined {
  const strange = [workingFolder, ...others].filter((folder) => folder !== parse(folder).root)
  const isStrange = (path: string) => strange.some((folder) => path.startsWith(folder + sep))
  return programsOnPath(name, env).find(
    (path) => isTrusted(path, userId) && !isStrange(path) && !isStrange(realpathSync(path)),
  )
}
