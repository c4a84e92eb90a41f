import type { Rules } from '../guard/judge.ts'
import { bare } from '../guard/verdict.ts'
import type { Npm } from './machine.ts'
import type { Setting } from './npmrc.ts'
import { npmrcVerdict, npmTable } from './settings.ts'

/** The rules for npm's settings, given the settings of the person's own file and of npm itself. */
export function npmRules(user: readonly Setting[], { settings, names }: Npm): Rules {
  return {
    verdict: ({ key, name = key }) => npmrcVerdict(npmTable, name),
    knows: (name) => names.has(bare(name)),
    own: new Map([...settings, ...user].map(({ key, value }) => [bare(key), value])),
  }
}
