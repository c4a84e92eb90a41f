import { bare } from '../guard/bare.ts'
import type { Rules } from '../guard/judge.ts'
import type { Npm } from './machine.ts'
import type { Setting } from './npmrc.ts'
import { npmrcVerdict, npmTable } from './settings.ts'

/** The rules for npm's settings, given the settings of the person's own file and of npm itself. */
export function npmRules(user: readonly Setting[], { settings, names }: Npm): Rules {
  let known: ReadonlySet<string> | undefined
  const isKnown = (name: string) => {
    known ??= new Set(
      names
        .split('\n')
        .filter((name) => name !== '')
        .map(bare),
    )
    return known.has(bare(name))
  }
  return {
    verdict: ({ key, name = key }) => npmrcVerdict(npmTable(), name),
    knows: isKnown,
    own: new Map([...settings, ...user].map(({ key, value }) => [bare(key), value])),
  }
}
