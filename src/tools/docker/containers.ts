import { hostAndPort } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { membersAt, valueAt } from '../json-text.ts'
import type { Change, Finding, Plan, Setup, World } from '../tool.ts'
import { naming, readConfig, unnaming } from './config.ts'
import { helperOnPath, proveHelper } from './helper.ts'
import { containersHelper, dockerHelper } from './names.ts'
import { authFiles } from './places.ts'
import { registriesIn } from './registries.ts'
import { authFile, helpersInForce, isPrinted, laterFile, onlyFile, ownFile, printHelpers } from './registries-conf.ts'

const { name } = containersHelper
const ourNames: readonly unknown[] = [name, dockerHelper.name]
const onlyListed =
  "podman --remote sees only what is listed: credbridge share <endpoint> --with docker adds other tools' sign-ins"

/**
 * podman, skopeo and buildah ask the helpers of `credential-helpers` in order, and sign in to the first: so ours goes
 * first, in a file of its own that is read last. They know no `credsStore`. For some registries only there is `credHelpers`
 * in an auth.json.
 */
export const containersSetup: Setup = {
  async plan(world, options): Promise<Plan> {
    await helperOnPath(world, containersHelper)
    const registries = registriesIn(options['registry'])
    if (registries !== undefined) return planFor(registries.map(hostAndPort), world)
    const other = onlyFile(world)
    if (other !== undefined)
      throw writeYourself(`podman, skopeo and buildah read ${other} only, as the environment says`)
    const { helpers, file } = await helpersInForce(world, ownFile(world))
    if (helpers.includes(name)) return { changes: [], remarks: [] }
    if (helpers.includes(dockerHelper.name)) return { changes: [], remarks: [`${file}: ${formerName}`] }
    const later = await laterFile(world)
    if (later !== undefined) {
      throw writeYourself(`${later} is read after what setup would write, and counts instead`)
    }
    const text = printHelpers([name, ...helpers])
    if (world.files.read(ownFile(world)) === text) return { changes: [], remarks: [] }
    const others = helpers.filter((helper) => helper !== authFile)
    const remarks = others.map((helper) => `${helper} is asked after credbridge, and sign-ins are kept in credbridge`)
    return { changes: [writing(world, text)], remarks: [...remarks, onlyListed] }
  },

  async undo(world, options): Promise<Plan> {
    const hosts = registriesIn(options['registry'])?.map(hostAndPort)
    const perHost = authFiles(world).flatMap((file) =>
      membersAt(readConfig(world, file), ['credHelpers'])
        .filter(([host, helper]) => ourNames.includes(helper) && (hosts?.includes(host) ?? true))
        .map(([host]) => unnaming(world, file, ['credHelpers', host], `${file}, ${host}`))
        .reverse(),
    )
    const file = ownFile(world)
    const isOurs = hosts === undefined && isWritten(world)
    const removing: Change = { says: `${file}: remove`, apply: () => world.files.remove(file) }
    return { changes: [...perHost, ...(isOurs ? [removing] : [])], remarks: [] }
  },

  prove: (world) => proveHelper(world, containersHelper),

  async check(world): Promise<readonly Finding[]> {
    const present = ['podman', 'skopeo', 'buildah'].filter((program) => world.program(program) !== undefined)
    if (present.length === 0) return [{ state: 'skipped', says: 'podman, skopeo and buildah are not installed' }]
    const who = present.join(', ')
    const fix = 'credbridge setup containers'
    if (!(await areAsking(world))) return [{ state: 'note', says: `${who}: credbridge is not asked`, fix }]
    await helperOnPath(world, containersHelper)
    const { helpers, file } = await helpersInForce(world, undefined)
    if (!helpers.includes(name) && helpers.includes(dockerHelper.name)) {
      return [{ state: 'wrong', says: `${file}: ${formerName}`, ...(isWritten(world) ? { fix } : {}) }]
    }
    const { helpers: others } = await helpersInForce(world, ownFile(world))
    if (isWritten(world) && world.files.read(ownFile(world)) !== printHelpers([name, ...others])) {
      return [{ state: 'note', says: `${ownFile(world)} has another list of helpers than there is by now`, fix }]
    }
    return [{ state: 'ok', says: `${who}: credbridge is asked` }]
  },
}

const formerName = `podman --remote gives up over what ${dockerHelper.name} lists; write ${name} in its place`

/** Whether they ask credbridge, for some registries at least. */
export async function areAsking(world: World): Promise<boolean> {
  const perHost = authFiles(world).some((file) =>
    membersAt(readConfig(world, file), ['credHelpers']).some(([, helper]) => ourNames.includes(helper)),
  )
  return perHost || (await helpersInForce(world, undefined)).helpers.some((helper) => ourNames.includes(helper))
}

function planFor(hosts: readonly string[], world: World): Plan {
  const [written, lasting = written] = authFiles(world)
  const file = world.env['REGISTRY_AUTH_FILE'] === undefined ? lasting : written
  const text = readConfig(world, file)
  const changes = hosts.flatMap((host): Change[] => {
    const before = valueAt(text, ['credHelpers', host])
    if (ourNames.includes(before)) return []
    if (before !== undefined)
      throw new Failure('refused', `${file} names ${before} for ${host}`, { hints: ['remove it'] })
    return [naming(world, file, ['credHelpers', host], name, `${file}: ask credbridge for ${host}`)]
  })
  const blind = `podman login looks into ${written} only and would keep the secret there`
  return { changes, remarks: file === written ? [] : [`${blind}: sign in with docker login or credbridge set`] }
}

function writing(world: World, text: string): Change {
  const file = ownFile(world)
  return { says: `${file}: ask credbridge first`, apply: () => world.files.write(file, text) }
}

/** Whether setup has written our file. */
function isWritten(world: World): boolean {
  return isPrinted(world.files.read(ownFile(world)))
}

function writeYourself(says: string): Failure {
  return new Failure('refused', says, { hints: [`write into it: credential-helpers = ["${name}", "${authFile}"]`] })
}
