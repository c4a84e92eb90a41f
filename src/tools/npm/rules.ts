import type { Rules } from '../guard/judge.ts'
import { bare } from '../guard/verdict.ts'
import type { Npm } from './machine.ts'
import type { Setting } from './npmrc.ts'
import { npmrcVerdict, npmTable } from './settings.ts'

/** How npm's settings are judged, given what the person's own file and npm itself say. */
export function npmRules(user: readonly Setting[], { settings, names }: Npm): Rules {
  return {
    verdict: ({ key, name = key }) => npmrcVerdict(npmTable, name),
    knows: (name) => names.has(bare(name)),
    own: new Map([...settings, ...user].map(({ key, value }) => [bare(key), value])),
  }
}
