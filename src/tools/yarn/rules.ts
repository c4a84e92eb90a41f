import { bare } from '../guard/bare.ts'
import type { Rules } from '../guard/judge.ts'
import { scalarsAtTop } from '../guard/yaml.ts'
import type { LauncherMachine } from '../tool.ts'
import { yarnVerdict, yarnVerdictWithVariables } from './settings.ts'
import { homeEntries } from './setup.ts'

/**
 * The rules for Yarn's settings: for calls by our plugin, or for a credential that a person has put into the
 * environment.
 */
export function yarnRules(
  machine: LauncherMachine,
  credential: 'asked for' | 'in the environment',
  known: readonly string[] = [],
) {
  const names = new Set(known.map(bare))
  const verdict = credential === 'asked for' ? yarnVerdict : yarnVerdictWithVariables
  return {
    verdict: ({ key }) => verdict(key),
    knows: (name) => names.has(bare(name)),
    own: new Map(scalarsAtTop(homeEntries(machine)).map(([name, value]) => [bare(name), value])),
  } satisfies Rules
}
