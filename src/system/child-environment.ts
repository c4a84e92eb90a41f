import type { Environment } from './machine.ts'

/** These variables make any executable that Bun compiled run foreign code. Child processes must not inherit them. */
const notForChildren = ['BUN_OPTIONS', 'BUN_BE_BUN']

/** The environment for child processes: `from` with the additions, without the variables that run foreign code. */
export function childEnvironment(
  from: Environment,
  additions: Readonly<Record<string, string | undefined>> = {},
): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...from, ...additions }
  for (const name of notForChildren) delete env[name]
  return env
}

/** The environment without a variable, in any mixture of upper and lower case: many programs ignore the case. */
export function withoutVariable(env: NodeJS.ProcessEnv, variable: string): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name.toLowerCase() !== variable.toLowerCase()))
}
