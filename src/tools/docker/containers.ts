import { dirname, join } from 'node:path'
import { hostAndPort } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { membersAt, valueAt } from '../json-text.ts'
import type { Change, Finding, Plan, Setup, World } from '../tool.ts'
import { about, naming, readConfig, unnaming } from './config.ts'
import { helperOnPath, proveHelper } from './helper.ts'
import { name } from './names.ts'
import { authFiles } from './places.ts'
import { registriesIn } from './registries.ts'

const authFile = 'containers-auth.json'
const mark = '# Written by `credbridge setup containers`; `credbridge setup containers --undo` removes it.\n'

/**
 * podman, skopeo and buildah ask the helpers of `credential-helpers` in order, and sign in to the first: so ours goes
 * first, in a file of its own that is read last (containers-registries.conf.d(5)). They know no `credsStore`. For some
 * registries only there is `credHelpers` in an auth.json.
 */
export const containersSetup: Setup = {
  async plan(world, options): Promise<Plan> {
    await helperOnPath(world)
    const registries = registriesIn(options['registry'])
    if (registries !== undefined) return planFor(registries.map(hostAndPort), world)
    refuseOtherFile(world)
    const helpers = await helpersWithout(world, ownFile(world))
    if (helpers.includes(name)) return { changes: [], remarks: [] }
    await refuseLaterFile(world)
    const text = `${mark}credential-helpers = [${[name, ...helpers].map((helper) => JSON.stringify(helper)).join(', ')}]\n`
    const others = helpers.filter((helper) => helper !== authFile)
    return {
      changes: world.files.read(ownFile(world)) === text ? [] : [writing(world, text)],
      remarks: others.map((helper) => `${helper} is asked after credbridge, and sign-ins are kept in credbridge`),
    }
  },

  async undo(world, options): Promise<Plan> {
    const hosts = registriesIn(options['registry'])?.map(hostAndPort)
    const perHost = authFiles(world).flatMap((file) =>
      membersAt(readConfig(world, file), ['credHelpers'])
        .filter(([host, helper]) => helper === name && (hosts?.includes(host) ?? true))
        .map(([host]) => unnaming(world, file, ['credHelpers', host], `${file}, ${host}`))
        .reverse(),
    )
    const file = ownFile(world)
    const isOurs = hosts === undefined && (world.files.read(file) ?? '').startsWith(mark)
    const removing: Change = { says: `${file}: remove`, apply: () => world.files.remove(file) }
    return { changes: [...perHost, ...(isOurs ? [removing] : [])], remarks: [] }
  },

  prove: proveHelper,

  async check(world): Promise<readonly Finding[]> {
    const present = ['podman', 'skopeo', 'buildah'].filter((program) => world.program(program) !== undefined)
    if (present.length === 0) return [{ state: 'skipped', says: 'podman, skopeo and buildah are not installed' }]
    const who = present.join(', ')
    if (!(await areAsking(world))) {
      return [{ state: 'note', says: `${who}: credbridge is not asked`, fix: 'credbridge setup containers' }]
    }
    await helperOnPath(world)
    return [{ state: 'ok', says: `${who}: credbridge is asked` }]
  },
}

/** Whether they ask credbridge, for some registries at least. */
export async function areAsking(world: World): Promise<boolean> {
  const perHost = authFiles(world).some((file) =>
    membersAt(readConfig(world, file), ['credHelpers']).some(([, helper]) => helper === name),
  )
  return perHost || (await helpersWithout(world, undefined)).includes(name)
}

function planFor(hosts: readonly string[], world: World): Plan {
  const [written, lasting = written] = authFiles(world)
  const file = world.env['REGISTRY_AUTH_FILE'] === undefined ? lasting : written
  const text = readConfig(world, file)
  const changes = hosts.flatMap((host): Change[] => {
    const before = valueAt(text, ['credHelpers', host])
    if (before === name) return []
    if (before !== undefined)
      throw new Failure('refused', `${file} names ${before} for ${host}`, { hints: ['remove it'] })
    return [naming(world, file, ['credHelpers', host], `${file}: ask credbridge for ${host}`)]
  })
  const blind = `podman login looks into ${written} only and would keep the secret there`
  return { changes, remarks: file === written ? [] : [`${blind}: sign in with docker login or credbridge set`] }
}

function writing(world: World, text: string): Change {
  const file = ownFile(world)
  return { says: `${file}: ask credbridge first`, apply: () => world.files.write(file, text) }
}

function userFolder({ home }: World): string {
  return join(home, '.config', 'containers')
}

function ownFile(world: World): string {
  return join(userFolder(world), 'registries.conf.d', 'zz-credbridge.conf')
}

/** Where this variable names a file, no other one is read. */
function refuseOtherFile({ env }: World): void {
  const other = env['CONTAINERS_REGISTRIES_CONF'] ?? env['REGISTRIES_CONFIG_PATH']
  if (other === undefined || other === '') return
  throw new Failure('refused', `podman, skopeo and buildah read ${other} only, as the environment says`, {
    hints: [`write into it: credential-helpers = ["${name}", "${authFile}"]`],
  })
}

/** Of several lists the one that is read last counts. */
async function refuseLaterFile(world: World): Promise<void> {
  const own = ownFile(world)
  for (const file of dropIns(world, dirname(own)).filter((one) => one > own)) {
    if ((await helpersIn(world, file)) === undefined) continue
    throw new Failure('refused', `${file} is read after what setup would write, and counts instead`, {
      hints: [`write into it: credential-helpers = ["${name}", "${authFile}"]`],
    })
  }
}

/** The list that is in force, as far as files other than this one say. */
async function helpersWithout(world: World, except: string | undefined): Promise<readonly string[]> {
  const own = join(userFolder(world), 'registries.conf')
  const system = [join('/etc/containers', 'registries.conf'), ...dropIns(world, '/etc/containers/registries.conf.d')]
  const main = world.files.exists(own) ? [own] : system
  let helpers: readonly string[] = [authFile]
  for (const file of [...main, ...dropIns(world, `${own}.d`)]) {
    if (file !== except) helpers = (await helpersIn(world, file)) ?? helpers
  }
  return helpers
}

function dropIns({ files }: World, folder: string): readonly string[] {
  const names = files.names(folder).filter((file) => file.endsWith('.conf'))
  return names.map((file) => join(folder, file))
}

/** The list in one file; `undefined` if it has none. */
async function helpersIn(world: World, file: string): Promise<readonly string[] | undefined> {
  const { parse } = await import('smol-toml')
  const text = world.files.read(file) ?? ''
  const listed = about(file, () => orMalformed(() => parse(text)['credential-helpers']))
  return Array.isArray(listed) ? listed.filter((helper) => typeof helper === 'string') : undefined
}

function orMalformed<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new Failure('malformed', 'it is not TOML', { cause: error })
  }
}
