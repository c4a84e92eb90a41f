import { dirname, join } from 'node:path'
import { hostAndPort } from '../../core/endpoint.ts'
import type { Launcher } from '../launch.ts'
import { lookupFor } from '../npm/handover.ts'
import { registryAddress } from '../npm/nerf-dart.ts'
import { expanded } from '../npm/npmrc.ts'
import { projectFiles, refuseReferences, type Said } from '../npm/project.ts'
import type { World } from '../tool.ts'
import { pluginFile, pluginText } from './plugin.ts'
import { homeFile, isNamed } from './setup.ts'
import { type Entry, yarnrcEntries } from './yarnrc.ts'

/** Yarn 2 and later, with our plugin for this one call if the user's own configuration does not name it. */
export const yarnLauncher: Launcher = {
  tool: 'yarn',

  async plan({ world, named, asked }) {
    const project = saidInYarnrc(world)
    refuseReferences(project, named)
    const lookups = asked ? registriesNamed(world, project).map((address) => lookupFor('yarn', { address })) : []
    return {
      lookups,
      launch: () => (isNamed(world) ? {} : { env: { YARN_PLUGINS: withOurs(world) } }),
    }
  },
}

/** Yarn reads a list, parted by semicolons. */
function withOurs(world: World): string {
  const [path, text] = [pluginFile(world), pluginText(world)]
  if (world.files.read(path) !== text) world.files.write(path, text)
  return [...(world.env['YARN_PLUGINS'] ?? '').split(';').filter((one) => one !== ''), path].join(';')
}

function saidInYarnrc(world: World): readonly Said[] {
  const name = world.env['YARN_RC_FILENAME'] ?? '.yarnrc.yml'
  const own = [homeFile(world), join(dirname(homeFile(world)), name)]
  return projectFiles(world, name, own).flatMap(({ file, text }) => {
    const entries = yarnrcEntries(text)
    return text.split('\n').flatMap((line, at): Said[] => {
      if (line.trim().startsWith('#')) return []
      const entry = entries.findLast((one) => one.line === at)
      const about = entry === undefined ? undefined : registryOf(entry, entries, world)
      const value = entry?.value
      const said = { file, line: at + 1, text: line, ...(value === undefined ? {} : { value }) }
      return [about === undefined ? said : { ...said, about }]
    })
  })
}

/** The host that an entry's credential would go to, empty for the default registry; `undefined` if it is none. */
function registryOf({ path }: Entry, all: readonly Entry[], { env }: World): string | undefined {
  const name = path.at(-1) ?? ''
  if (!['npmAuthToken', 'npmAuthIdent'].includes(name)) return undefined
  const above = path.slice(0, -1)
  const host = (url: string) => {
    const at = registryAddress(url.startsWith('//') ? `https:${url}` : url)
    return at === undefined ? undefined : hostAndPort(at)
  }
  if (above[0] === 'npmRegistries') return host(expanded(above[1] ?? '', env))
  const server = all.find((one) => [...above, 'npmRegistryServer'].join('\n') === one.path.join('\n'))
  return server === undefined ? '' : host(expanded(server.value ?? '', env))
}

/** The registries in effect, as far as files and environment name them; Yarn's own default has no name here. */
function registriesNamed(world: World, project: readonly Said[]) {
  const files = [...new Set(project.map(({ file }) => file)), homeFile(world)]
  const values = files.flatMap((file) =>
    yarnrcEntries(world.files.readStrange(file) ?? '')
      .filter(({ path }) => ['npmRegistryServer', 'npmPublishRegistry'].includes(path.at(-1) ?? ''))
      .map(({ value = '' }) => expanded(value, world.env)),
  )
  const inEnvironment = [world.env['YARN_NPM_REGISTRY_SERVER'], world.env['YARN_NPM_PUBLISH_REGISTRY']]
  const addresses = [...inEnvironment, ...values].map((url) => registryAddress(url ?? ''))
  return addresses.filter((address) => address !== undefined)
}
