import { join } from 'node:path'
import type { Launcher } from '../launch.ts'
import { refuseDanger } from '../npm/danger.ts'
import { saidInManifest, saidInNpmrc, settingsInFile, userConfigFile } from '../npm/files.ts'
import { addressesOf, givenBy, handOver, lookupFor, remarksAbout } from '../npm/handover.ts'
import { machineRegistries } from '../npm/machine.ts'
import { projectFiles, refuseReferences, type Said } from '../npm/project.ts'
import { refuseInTheClear, registriesIn, settingsInEnvironment, settingsInWords } from '../npm/registries.ts'
import type { World } from '../tool.ts'
import { bunRegistries, environmentFiles, parsedBunfig, refuseSteering, saidInBunfig } from './bunfig.ts'

const tool = 'bun'

/** bun and bunx: the same file as npm's in place of the user's own npmrc. A project's own token goes before it. */
export const bunLauncher: Launcher = {
  tool,

  async plan({ world, words, named }) {
    const file = ownNpmrc(world)
    const project = [...saidInNpmrc(world, [file]), ...saidInProjectsBunfig(world)]
    refuseReferences(project, named)
    const configuration = {
      words: settingsInWords(words),
      environment: [...registryFrom(world, 'BUN_CONFIG_REGISTRY'), ...settingsInEnvironment(world.env)],
      project: [...project, ...saidInManifest(world, [])],
      user: [...usersBunfig(world), ...settingsInFile(world.files.read(file) ?? '')],
      machine: await machineRegistries(world),
    }
    const registries = registriesIn(configuration, world.env)
    return {
      lookups: registries.map((registry) => lookupFor(tool, registry)),
      launch(answers, newName) {
        const given = givenBy(registries, answers)
        if (given.length === 0) return {}
        refuseDanger(configuration.project, addressesOf(given), world.env)
        for (const name of environmentFiles) {
          for (const { file, text } of projectFiles(world, name, [])) refuseSteering(file, text, addressesOf(given))
        }
        refuseInTheClear(registries, addressesOf(given))
        const launch = handOver(given, world.files.read(file) ?? '', newName)
        return { ...launch, remarks: remarksAbout(project, given, world.env) }
      },
    }
  },
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

function saidInProjectsBunfig(world: World): readonly Said[] {
  return projectFiles(world, 'bunfig.toml', ownBunfigs(world)).flatMap(({ file, text }) => saidInBunfig(file, text))
}

function usersBunfig(world: World) {
  return ownBunfigs(world).flatMap((file) =>
    bunRegistries(parsedBunfig(world.files.read(file) ?? '')).map(({ path, url = '' }) => {
      const name = path.at(-1) ?? ''
      return { key: path.length === 2 ? 'registry' : `${name.startsWith('@') ? '' : '@'}${name}:registry`, value: url }
    }),
  )
}

function registryFrom({ env }: World, variable: string) {
  const value = env[variable] ?? ''
  return value === '' ? [] : [{ key: 'registry', value }]
}
