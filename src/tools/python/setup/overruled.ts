import type { World } from '../../tool.ts'

/** What a variable of the environment says instead of what setup writes: remarks, none if it agrees. */
export function overruled({ env }: World, variable: string, wanted: string): readonly string[] {
  const chosen = env[variable]
  return chosen === undefined || chosen === wanted ? [] : [`${variable} is set to ${chosen}, which goes before this`]
}
