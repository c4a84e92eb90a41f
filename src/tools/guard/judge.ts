import { hint } from '../../core/hint.ts'
import { fingerprint, isAllowed } from '../allowed.ts'
import type { LauncherMachine } from '../tool.ts'
import { bare } from './bare.ts'
import { refused } from './refused.ts'
import type { ProjectSetting } from './setting.ts'
import { plain, unjudged, type Verdict } from './verdict.ts'

/** The rules for a manager's settings. */
export interface Rules {
  /** `undefined`: there is no verdict. */
  verdict(setting: ProjectSetting): Verdict | undefined
  /** Whether the installed manager knows a name that has no verdict. */
  knows?(name: string): boolean
  /** The settings of the person's own configuration, by bare name. */
  readonly own: ReadonlyMap<string, string>
}

/** Refuses the first setting that is not known to be harmless and that the person has not allowed. */
export async function refuseHarmful(
  machine: LauncherMachine,
  settings: readonly ProjectSetting[],
  rules: Rules,
): Promise<void> {
  for (const setting of settings) {
    const does = harmOf(setting, rules)
    if (does === undefined || (await isAllowed(machine, setting))) continue
    const { file, key, value } = setting
    const allowing = hint`if you trust it: credbridge allow ${file} ${`${key}=${await fingerprint(value)}`}`
    throw refused(setting, `${key} ${does}`, [allowing])
  }
}

/** Why a setting is not harmless; `undefined` if it is. */
export function harmOf(setting: ProjectSetting, rules: Rules): string | undefined {
  const { value } = setting
  const verdict = rules.verdict(setting)
  const called = setting.name ?? setting.key
  if (verdict === undefined) return rules.knows?.(called) === true ? unjudged.does : undefined
  if ('does' in verdict) return verdict.does
  if (!verdict.fits(value)) return verdict.otherwise ?? 'has a value that is not known to be harmless'
  const name = bare(called.slice(called.lastIndexOf(':') + 1))
  return isLooser(verdict.strength, value, rules.own.get(name)) || isSet(rules.own.get(bare(verdict.loosens ?? '')))
    ? 'would take back what your own configuration forbids'
    : undefined
}

function isLooser(strength: ((value: string) => number) | undefined, value: unknown, own: string | undefined): boolean {
  if (strength === undefined || !isSet(own)) return false
  return !(strength(plain(value) ?? '') >= strength(own ?? ''))
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== 'null'
}
