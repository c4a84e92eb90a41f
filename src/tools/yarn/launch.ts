import { refuseHarmful } from '../guard/judge.ts'
import { refuseReferences } from '../guard/references.ts'
import type { Launcher } from '../launch.ts'
import { lookupFor } from '../npm/handover.ts'
import { registryAddress } from '../npm/nerf-dart.ts'
import { expanded } from '../npm/npmrc.ts'
import type { World } from '../tool.ts'
import { command, pluginFile, pluginText } from './plugin.ts'
import { type YarnProject, yarnProject } from './project.ts'
import { yarnRules } from './rules.ts'
import { homeEntries, isNamed } from './setup.ts'
import { yarn1Project, yarn1Verdict } from './yarn-1.ts'

/** Yarn 2 and later, with our plugin for this one call if the user's own configuration does not name it. */
export const yarnLauncher: Launcher = {
  tool: 'yarn',

  async plan({ world, words, named, asked }) {
    const project = yarnProject(world, words)
    refuseReferences(project.texts, named)
    const rules = yarnRules(world, named.size > 0 ? 'in the environment' : 'asked for')
    if (asked) await refuseHarmful(world, project.settings, rules)
    if (named.size > 0) {
      const settings = yarn1Project(world, words)
      refuseReferences(settings, named)
      await refuseHarmful(world, settings, { verdict: ({ key }) => yarn1Verdict(key), own: rules.own })
    }
    return {
      lookups: asked ? registriesNamed(world, project).map((address) => lookupFor('yarn', { address })) : [],
      launch: () => (isNamed(world) ? {} : { env: { YARN_PLUGINS: withOurs(world) } }),
    }
  },
}

/** Yarn reads a list, parted by semicolons. */
function withOurs(world: World): string {
  const [path, text] = [pluginFile(world), pluginText(world)]
  world.wrappers.write([command])
  if (world.files.read(path) !== text) world.files.write(path, text)
  return [...(world.env['YARN_PLUGINS'] ?? '').split(';').filter((one) => one !== ''), path].join(';')
}

/** The registries in effect, as far as files and environment name them; Yarn's own default has no name here. */
function registriesNamed(world: World, { texts }: YarnProject) {
  const inProject = texts.map(({ key, value }) => ({ name: key.slice(key.lastIndexOf('.') + 1), value: String(value) }))
  const inHome = homeEntries(world).map(({ path, value = '' }) => ({ name: path.at(-1) ?? '', value }))
  const values = [...inProject, ...inHome]
    .filter(({ name }) => ['npmRegistryServer', 'npmPublishRegistry'].includes(name))
    .map(({ value }) => expanded(value, world.env))
  const inEnvironment = [world.env['YARN_NPM_REGISTRY_SERVER'], world.env['YARN_NPM_PUBLISH_REGISTRY']]
  const addresses = [...inEnvironment, ...values].map((url) => registryAddress(url ?? ''))
  return addresses.filter((address) => address !== undefined)
}
