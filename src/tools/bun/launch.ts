import { join, resolve } from 'node:path'
import { envFileSettings, envFileVerdict } from '../guard/env-file.ts'
import { refuseHarmful } from '../guard/judge.ts'
import { type ProjectFile, projectFile, projectFiles } from '../guard/project-files.ts'
import { refuseReferences } from '../guard/references.ts'
import type { ProjectSetting } from '../guard/setting.ts'
import { bare, plain } from '../guard/verdict.ts'
import type { Call, Launcher } from '../launch.ts'
import { projectNpmrc, settingsInFile, userConfigFile } from '../npm/files.ts'
import { addressesNamed, addressesOf, givenBy, handOver, lookupFor, unsetVariables } from '../npm/handover.ts'
import { npmItself } from '../npm/machine.ts'
import { projectManifests, publishConfig } from '../npm/publish.ts'
import { refuseInTheClear, registriesIn, settingsInEnvironment, settingsInWords } from '../npm/registries.ts'
import { npmRules } from '../npm/rules.ts'
import { valuesOf } from '../npm/words.ts'
import type { World } from '../tool.ts'
import { bunfigRegistries, bunfigSettings, bunfigTexts, bunRegistries, parsedBunfig, tableIn } from './bunfig.ts'
import { bunfigVerdict } from './settings.ts'

const tool = 'bun'

/** bun and bunx: the same file as npm's in place of the user's own npmrc. A project's own token goes before it. */
export const bunLauncher: Launcher = {
  tool,

  async plan(call) {
    const { world, words, named } = call
    const file = ownNpmrc(world)
    const project = projectOf(call, file)
    refuseReferences([...project.npmrc, ...project.variables, ...project.texts], named)
    const user = settingsInFile(world.files.read(file) ?? '')
    const npm = await npmItself(world)
    const configuration = {
      words: settingsInWords(words),
      environment: [...registryFrom(world, 'BUN_CONFIG_REGISTRY'), ...settingsInEnvironment(world.env)],
      project: [...project.npmrc, ...project.registries],
      user: [...usersBunfig(world), ...user],
      machine: npm.settings,
    }
    const registries = registriesIn(configuration, world.env)
    const rules = npmRules([...user, ...usersInstall(world)], npm)
    return {
      lookups: registries.map((registry) => lookupFor(tool, registry)),
      async launch(answers, newName) {
        const given = givenBy(registries, answers)
        const addresses = [...addressesOf(given), ...addressesNamed(named)]
        if (addresses.length === 0) return {}
        await refuseHarmful(world, project.npmrc, rules)
        const { own } = rules
        await refuseHarmful(world, project.settings, { verdict: ({ key }) => bunfigVerdict(key), own })
        await refuseHarmful(world, project.variables, { verdict: envFileVerdict, own })
        refuseInTheClear(registries, addresses)
        if (given.length === 0) return {}
        const launch = handOver(given, world.files.read(file) ?? '', newName)
        const { env, remarks } = unsetVariables(call.program, project.npmrc, given, world.env)
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

function projectOf({ world, words }: Call, npmrc: string): Project {
  const bunfigs = [
    ...projectFiles(world, 'bunfig.toml', ownBunfigs(world), words),
    ...filesNamed(world, valuesOf(words, '--config', '-c')),
  ]
  const variables = [
    ...environmentFiles.flatMap((name) => projectFiles(world, name, [], words)),
    ...filesNamed(world, valuesOf(words, '--env-file')),
  ]
  return {
    npmrc: projectNpmrc(world, [npmrc], words),
    settings: bunfigs.flatMap(bunfigSettings),
    registries: [...bunfigs.flatMap(bunfigRegistries), ...projectManifests(world, words).flatMap(publishConfig)],
    texts: bunfigs.flatMap(bunfigTexts),
    variables: variables.flatMap(envFileSettings),
  }
}

/** Bun reads these by itself, by what NODE_ENV says. */
const environmentFiles: readonly string[] = ['', '.development', '.production', '.test'].flatMap((kind) => [
  `.env${kind}`,
  `.env${kind}.local`,
])

function filesNamed(world: World, names: readonly string[]): readonly ProjectFile[] {
  return names.flatMap((name) => projectFile(world, resolve(world.folder, name)) ?? [])
}

/** Where Bun reads the user's npmrc: as npm says, else in $XDG_CONFIG_HOME if one is there, else in the home folder. */
function ownNpmrc(world: World): string {
  const usual = userConfigFile(world)
  const folder = world.env['XDG_CONFIG_HOME'] ?? ''
  const xdg = join(folder, '.npmrc')
  const isNamed = settingsInEnvironment(world.env).some(({ key }) => key === 'userconfig')
  return !isNamed && folder !== '' && world.files.exists(xdg) ? xdg : usual
}

/** Bun's own files in the home folder. */
export function ownBunfigs({ home, env }: World): readonly string[] {
  const folder = env['XDG_CONFIG_HOME'] ?? ''
  return [...(folder === '' ? [] : [join(folder, '.bunfig.toml')]), join(home, '.bunfig.toml')]
}

function usersBunfig(world: World) {
  return ownBunfigs(world).flatMap((file) =>
    bunRegistries(parsedBunfig(world.files.read(file) ?? '')).map(({ path, url = '' }) => {
      const name = path.at(-1) ?? ''
      return { key: path.length === 2 ? 'registry' : `${name.startsWith('@') ? '' : '@'}${name}:registry`, value: url }
    }),
  )
}

/** What the person's own `[install]` says, which a project must not take back. */
function usersInstall(world: World) {
  return ownBunfigs(world).flatMap((file) =>
    Object.entries(tableIn(parsedBunfig(world.files.read(file) ?? '')['install'])).flatMap(([name, value]) => {
      const text = plain(value)
      return typeof text === 'string' ? [{ key: bare(name), value: text }] : []
    }),
  )
}

function registryFrom({ env }: World, variable: string) {
  const value = env[variable] ?? ''
  return value === '' ? [] : [{ key: 'registry', value }]
}
