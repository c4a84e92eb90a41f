import { refuseHarmful } from '../guard/judge.ts'
import { refuseReferences } from '../guard/references.ts'
import type { Launcher } from '../launch.ts'
import { registryAddress } from '../npm/nerf-dart.ts'
import { expanded } from '../npm/npmrc.ts'
import { lookupFor } from '../npm/sign-in-file.ts'
import type { LauncherMachine, Machine } from '../tool.ts'
import { command, pluginFile, pluginText } from './plugin.ts'
import { type YarnProject, yarnProject } from './project.ts'
import { yarnRules } from './rules.ts'
import { homeEntries, isNamed } from './setup.ts'
import { yarn1Project, yarn1Verdict } from './yarn-1.ts'

/** Yarn 2 and later. If the user's own configuration does not name our plugin, it is loaded for this call only. */
export const yarnLauncher: Launcher = {
  tool: 'yarn',

  async plan({ machine, words, named, asked }) {
    const project = yarnProject(machine, words)
    refuseReferences(project.texts, named)
    const rules = yarnRules(machine, named.size > 0 ? 'in the environment' : 'asked for')
    if (asked) await refuseHarmful(machine, project.settings, rules)
    if (named.size > 0) {
      const settings = yarn1Project(machine, words)
      refuseReferences(settings, named)
      await refuseHarmful(machine, settings, { verdict: ({ key }) => yarn1Verdict(key), own: rules.own })
    }
    return {
      lookups: asked ? registriesNamed(machine, project).map((address) => lookupFor('yarn', { address })) : [],
      launch: async () => (isNamed(machine) ? {} : { env: { YARN_PLUGINS: withOurs(await machine.whole()) } }),
    }
  },
}

/** Yarn reads a list, separated by semicolons. */
function withOurs(machine: Machine): string {
  const [path, text] = [pluginFile(machine), pluginText(machine)]
  machine.wrappers.write([command])
  if (machine.files.read(path) !== text) machine.files.write(path, text)
  return [...(machine.env['YARN_PLUGINS'] ?? '').split(';').filter((one) => one !== ''), path].join(';')
}

/** The registries that files and environment name. Yarn's own default is not among them. */
function registriesNamed(machine: LauncherMachine, { texts }: YarnProject) {
  const inProject = texts.map(({ key, value }) => ({ name: key.slice(key.lastIndexOf('.') + 1), value: String(value) }))
  const inHome = homeEntries(machine).map(({ path, value = '' }) => ({ name: path.at(-1) ?? '', value }))
  const values = [...inProject, ...inHome]
    .filter(({ name }) => ['npmRegistryServer', 'npmPublishRegistry'].includes(name))
    .map(({ value }) => expanded(value, machine.env))
  const inEnvironment = [machine.env['YARN_NPM_REGISTRY_SERVER'], machine.env['YARN_NPM_PUBLISH_REGISTRY']]
  const addresses = [...inEnvironment, ...values].map((url) => registryAddress(url ?? ''))
  return addresses.filter((address) => address !== undefined)
}
