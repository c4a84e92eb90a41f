import { hint } from '../../core/hint.ts'
import { Secret } from '../../core/secret.ts'
import { variablesIn } from '../guard/references.ts'
import { type ProjectSetting, textsIn } from '../guard/setting.ts'
import type { Call } from '../launch.ts'
import { loadsCode } from '../variables.ts'
import { settingOf } from './authorization.ts'
import { nerfDartOf, splitNerfDart } from './nerf-dart.ts'
import type { Registry } from './registries.ts'
import { authentication, nerfDartsOf, type RegistrySignIn } from './sign-in-file.ts'

/** The settings that a manager reads, and the credentials that it gets. */
export interface Used {
  readonly project: readonly ProjectSetting[]
  readonly registries: readonly Registry[]
  readonly given: readonly RegistrySignIn[]
}

/**
 * A project's own authentication takes precedence over the user's. If it is an unset variable, the variable gets the
 * credential for that registry. If the project also uses the variable elsewhere, a remark names the command that sets
 * it.
 */
export function unsetVariables(
  { program, machine, named }: Call,
  { project, registries, given }: Used,
): { readonly env: Readonly<Record<string, Secret>>; readonly remarks: readonly string[] } {
  const variables: Record<string, Secret> = {}
  const remarks: string[] = []
  for (const setting of project) {
    const { nerfDart, name = '' } = splitNerfDart(setting.key) ?? {}
    const variable = variableIn(setting)
    if (variable === undefined || nerfDart === undefined || !authentication.includes(name)) continue
    if (loadsCode(variable) || named.has(variable) || (machine.env[variable] ?? '') !== '') continue
    const one = given.find((it) => nerfDartsOf(it).includes(nerfDart))
    const registry = one?.registry ?? registries.find(({ address }) => nerfDartOf(address) === nerfDart)
    if (registry === undefined) continue
    const sent = one === undefined ? undefined : settingOf(one.credential)
    if (sent?.name === name && !isUsedElsewhere(project, variable, setting.about)) {
      variables[variable] = new Secret(sent.value)
      continue
    }
    const what = one === undefined ? 'is not set' : 'is not set, but takes precedence over credbridge'
    const instead = hint`credbridge run --env ${`${variable}=${registry.address.key}`} -- ${program} …`
    remarks.push(`${setting.file}, line ${setting.line}: ${variable} ${what}: ${instead}`)
  }
  return { env: variables, remarks }
}

/** The variable, if the value is a reference to it and nothing else. */
function variableIn({ value, uncertain }: ProjectSetting): string | undefined {
  if (typeof value !== 'string' || uncertain === true) return undefined
  return /^\$\{([^{}?$]+)\??\}$/.exec(value)?.[1]
}

function isUsedElsewhere(project: readonly ProjectSetting[], variable: string, about: string | undefined): boolean {
  return project.some((one) => {
    const asks = [one.text ?? '', one.key, ...textsIn(one.value)].flatMap(variablesIn)
    return one.about !== about && asks.includes(variable)
  })
}
