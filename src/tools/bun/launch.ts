import { join, resolve } from 'node:path'
import { bare } from '../guard/bare.ts'
import { envFileSettings, envFileVerdict } from '../guard/env-file.ts'
import { refuseHarmful } from '../guard/judge.ts'
import { type ProjectFile, projectFile, projectFiles } from '../guard/project-files.ts'
import { refuseReferences } from '../guard/references.ts'
import type { ProjectSetting } from '../guard/setting.ts'
import { plain } from '../guard/verdict.ts'
import type { Call, Launcher } from '../launch.ts'
import { projectNpmrc, settingsInFile, userConfigFile } from '../npm/files.ts'
import { npmItself } from '../npm/machine.ts'
import { projectManifests, publishConfig } from '../npm/publish.ts'
import { refuseInTheClear, registriesIn, settingsInEnvironment, settingsInWords } from '../npm/registries.ts'
import { npmRules } from '../npm/rules.ts'
import { addressesNamed, addressesOf, launchWith, lookupFor, signInsFor } from '../npm/sign-in-file.ts'
import { unsetVariables } from '../npm/unset-variables.ts'
import { valuesOf } from '../npm/words.ts'
import type { LauncherMachine } from '../tool.ts'
import { bunfigRegistries, bunfigSettings, bunfigTexts, bunRegistries, parsedBunfig, tableIn } from './bunfig.ts'
import { bunfigVerdict } from './settings.ts'

const tool = 'bun'

/** bun and bunx: the same file as npm's, in place of the user's own npmrc. A project's own token takes precedence. */
export const bunLauncher: Launcher = {
  tool,

  async plan(call) {
    const { machine, words, named } = call
    const file = ownNpmrc(machine)
    const project = projectOf(call, file)
    refuseReferences([...project.npmrc, ...project.variables, ...project.texts], named)
    const user = settingsInFile(machine.files.read(file) ?? '')
    const npm = await npmItself(machine)
    const configuration = {
      words: settingsInWords(words),
      environment: [...registryFrom(machine, 'BUN_CONFIG_REGISTRY'), ...settingsInEnvironment(machine.env)],
      project: [...project.npmrc, ...project.registries],
      user: [...usersBunfig(machine), ...user],
      machine: npm.settings,
    }
    const registries = registriesIn(configuration, machine.env)
    const rules = npmRules([...user, ...usersInstall(machine)], npm)
    return {
      lookups: registries.map((registry) => lookupFor(tool, registry)),
      async launch(answers, newName) {
        const given = signInsFor(registries, answers)
        const addresses = [...addressesOf(given), ...addressesNamed(named)]
        const { env, remarks } = unsetVariables(call, { project: project.npmrc, registries, given })
        if (addresses.length === 0) return { remarks }
        await refuseHarmful(machine, project.npmrc, rules)
        const { own } = rules
        await refuseHarmful(machine, project.settings, { verdict: ({ key }) => bunfigVerdict(key), own })
        await refuseHarmful(machine, project.variables, { verdict: envFileVerdict, own })
        refuseInTheClear(registries, addresses)
        if (given.length === 0) return { remarks }
        const launch = launchWith(given, machine.files.read(file) ?? '', newName)
        return { ...launch, env: { ...launch.env, ...env }, remarks }
      },
    }
  },
}

interface Project {
  readonly npmrc: readonly ProjectSetting[]
  readonly settings: readonly ProjectSetting[]
  readonly registries: readonly ProjectSetting[]
  readonly texts: readonly ProjectSetting[]
  readonly variables: readonly ProjectSetting[]
}

function projectOf({ machine, words }: Call, npmrc: string): Project {
  const bunfigs = [
    ...projectFiles(machine, 'bunfig.toml', ownBunfigs(machine), words),
    ...filesNamed(machine, valuesOf(words, '--config', '-c')),
  ]
  const variables = [
    ...environmentFiles.flatMap((name) => projectFiles(machine, name, [], words)),
    ...filesNamed(machine, valuesOf(words, '--env-file')),
  ]
  return {
    npmrc: projectNpmrc(machine, [npmrc], words),
    settings: bunfigs.flatMap(bunfigSettings),
    registries: [...bunfigs.flatMap(bunfigRegistries), ...projectManifests(machine, words).flatMap(publishConfig)],
    texts: bunfigs.flatMap(bunfigTexts),
    variables: variables.flatMap(envFileSettings),
  }
}

/** The files that Bun reads by default, which depend on NODE_ENV. */
const environmentFiles: readonly string[] = ['', '.development', '.production', '.test'].flatMap((kind) => [
  `.env${kind}`,
  `.env${kind}.local`,
])

function filesNamed(machine: LauncherMachine, names: readonly string[]): readonly ProjectFile[] {
  return names.flatMap((name) => projectFile(machine, resolve(machine.workingFolder, name)) ?? [])
}

/**
 * The user's npmrc for Bun: npm's variable, else the file in $XDG_CONFIG_HOME if it exists, else in the home folder.
 */
function ownNpmrc(machine: LauncherMachine): string {
  const usual = userConfigFile(machine)
  const folder = machine.env['XDG_CONFIG_HOME'] ?? ''
  const xdg = join(folder, '.npmrc')
  const isNamed = settingsInEnvironment(machine.env).some(({ key }) => key === 'userconfig')
  return !isNamed && folder !== '' && machine.files.exists(xdg) ? xdg : usual
}

/** Bun's own files in the home folder. */
export function ownBunfigs({ home, env }: LauncherMachine): readonly string[] {
  const folder = env['XDG_CONFIG_HOME'] ?? ''
  return [...(folder === '' ? [] : [join(folder, '.bunfig.toml')]), join(home, '.bunfig.toml')]
}

function usersBunfig(machine: LauncherMachine) {
  return ownBunfigs(machine).flatMap((file) =>
    bunRegistries(parsedBunfig(machine.files.read(file) ?? '')).map(({ path, url = '' }) => {
      const name = path.at(-1) ?? ''
      return { key: path.length === 2 ? 'registry' : `${name.startsWith('@') ? '' : '@'}${name}:registry`, value: url }
    }),
  )
}

/** The settings in the person's own `[install]`, which a project must not loosen. */
function usersInstall(machine: LauncherMachine) {
  return ownBunfigs(machine).flatMap((file) =>
    Object.entries(tableIn(parsedBunfig(machine.files.read(file) ?? '')['install'])).flatMap(([name, value]) => {
      const text = plain(value)
      return typeof text === 'string' ? [{ key: bare(name), value: text }] : []
    }),
  )
}

function registryFrom({ env }: LauncherMachine, variable: string) {
  const value = env[variable] ?? ''
  return value === '' ? [] : [{ key: 'registry', value }]
}
