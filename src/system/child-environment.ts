import type { Environment } from './machine.ts'

/** Run foreign code in any executable that Bun compiled; children of ours do not inherit them. */
const notForChildren = ['BUN_OPTIONS', 'BUN_BE_BUN']

/** The environment for children: this one with the additions, without what would run foreign code in them. */
export function childEnvironment(
  from: Environment,
  additions: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...from, ...additions }
  for (const name of notForChildren) delete env[name]
  return env
}

/** The environment without a variable, however its letters are written: many programs do not care for their case. */
export function withoutVariable(env: NodeJS.ProcessEnv, variable: string): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name.toLowerCase() !== variable.toLowerCase()))
}
