import type { DoctorLine } from '../../core/doctor-line.ts'
import { type Address, hostAndPort } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { valueAt } from '../json-text.ts'
import type { Change, Plan, Setup, World } from '../tool.ts'
import { secretsInFile } from './auths.ts'
import { asSpelled, type Member, membersOf, readConfig } from './config.ts'
import { helperOnPath, proveHelper } from './helper.ts'
import { containersHelper, dockerHelper } from './names.ts'
import { naming, unnaming } from './naming.ts'
import { authFiles } from './places.ts'
import { registriesIn } from './registries.ts'
import { authFile, helpersInForce, isPrinted, laterFile, onlyFile, ownFile, printHelpers } from './registries-conf.ts'
import { holdsSecret } from './sign-in.ts'
import { addressOf } from './unreachable.ts'

const { name } = containersHelper
const isOurName = (helper: unknown) => helper === name || helper === dockerHelper.name
const onlyListed =
  "podman --remote sees only listed sign-ins: credbridge share <endpoint> --with docker adds other tools' sign-ins"

/**
 * podman, skopeo and buildah ask the helpers of `credential-helpers` in order and save to the first. Setup puts ours
 * first, in a separate file that is read last. They do not know `credsStore`. For single registries they read
 * `credHelpers` in an auth.json.
 */
export const containersSetup: Setup = {
  async plan(world, options): Promise<Plan> {
    await helperOnPath(world, containersHelper)
    const registries = registriesIn(options['registry'])
    if (registries !== undefined) return planFor(registries.map(hostAndPort), world, options['import'] !== false)
    const other = onlyFile(world)
    if (other !== undefined)
      throw writeYourself(`podman, skopeo and buildah read only ${other}, which the environment names`)
    const { helpers, file } = await helpersInForce(world, ownFile(world))
    if (helpers.includes(name)) return { changes: [], remarks: [] }
    if (helpers.includes(dockerHelper.name)) return { changes: [], remarks: [`${file}: ${formerName}`] }
    const later = await laterFile(world)
    if (later !== undefined) {
      throw writeYourself(`${later} is read after the file that setup would write, and overrides it`)
    }
    const text = printHelpers([name, ...helpers])
    if (world.files.read(ownFile(world)) === text) return { changes: [], remarks: [] }
    const others = helpers.filter((helper) => helper !== authFile)
    const remarks = others.map((helper) => `${helper} is asked after credbridge; credbridge stores new sign-ins`)
    return { changes: [writing(world, text)], remarks: [...remarks, onlyListed] }
  },

  async undo(world, options): Promise<Plan> {
    const hosts = registriesIn(options['registry'])?.map(hostAndPort)
    const meant = ourHosts(world).filter(({ name: host }) => hosts?.includes(host) ?? true)
    const perHost = meant.map(({ file, path, name: host }) => unnaming(world, file, path, `${file}, ${host}`)).reverse()
    const file = ownFile(world)
    const isOurs = hosts === undefined && isWritten(world)
    const removing: Change = { says: `${file}: remove`, apply: () => world.files.remove(file) }
    return { changes: [...perHost, ...(isOurs ? [removing] : [])], remarks: [] }
  },

  prove: (world) => proveHelper(world, containersHelper),

  async check(world): Promise<readonly DoctorLine[]> {
    const present = ['podman', 'skopeo', 'buildah'].filter((program) => world.program(program) !== undefined)
    if (present.length === 0) return [{ state: 'skipped', says: 'podman, skopeo and buildah are not installed' }]
    const who = present.join(', ')
    const fix = hint`credbridge setup containers`
    const isAsked = ourHosts(world).length > 0 || (await helpersInForce(world, undefined)).helpers.some(isOurName)
    if (!isAsked) return [{ state: 'note', says: `${who}: credbridge is not asked`, fix }]
    await helperOnPath(world, containersHelper)
    const { helpers, file } = await helpersInForce(world, undefined)
    if (!helpers.includes(name) && helpers.includes(dockerHelper.name)) {
      return [{ state: 'wrong', says: `${file}: ${formerName}`, ...(isWritten(world) ? { fix } : {}) }]
    }
    const { helpers: others } = await helpersInForce(world, ownFile(world))
    if (isWritten(world) && world.files.read(ownFile(world)) !== printHelpers([name, ...others])) {
      return [{ state: 'note', says: `${ownFile(world)} has an outdated list of helpers`, fix }]
    }
    return [{ state: 'ok', says: `${who}: credbridge is asked` }, ...readable(world)]
  },
}

const formerName = `podman --remote fails on the list of ${dockerHelper.name}; write ${name} instead`

/** Returns whether podman, skopeo and buildah ask credbridge for a registry. */
export async function containersAsked(world: World): Promise<(at: Address) => boolean> {
  const isForAll = (await helpersInForce(world, undefined)).helpers.some(isOurName)
  const hosts = new Set(ourHosts(world).map(({ name }) => name))
  return (at) => isForAll || hosts.has(hostAndPort(at))
}

interface OurHost extends Member {
  readonly file: string
}

/** The registries for which an auth.json names us. */
function ourHosts(world: World): readonly OurHost[] {
  return authFiles(world).flatMap((file) =>
    membersOf(readConfig(world, file), 'credHelpers')
      .filter(({ value }) => isOurName(value))
      .map((member) => ({ ...member, file })),
  )
}

function planFor(hosts: readonly string[], world: World, takesOver: boolean): Plan {
  const [written, lasting = written] = authFiles(world)
  const file = world.env['REGISTRY_AUTH_FILE'] === undefined ? lasting : written
  const text = readConfig(world, file)
  const changes = hosts.flatMap((host): Change[] => {
    const path = asSpelled(text, ['credHelpers', host])
    const before = valueAt(text, path)
    if (isOurName(before)) return []
    if (before !== undefined)
      throw new Failure('refused', `${file} names ${before} for ${host}`, { hints: [hint`remove it`] })
    return [naming(world, file, path, name, `${file}: ask credbridge for ${host}`)]
  })
  const blind = `podman login reads only ${written} and would store the secret there`
  // In one file a helper takes precedence over `auths`: containers/image, pkg/docker/config, findCredentialsInFile.
  const unreachable = secretsInFile(world, file, 'containers').secrets.filter((secret) => {
    const at = addressOf(secret)
    return at !== undefined && hosts.includes(hostAndPort(at))
  })
  return {
    changes,
    remarks: file === written ? [] : [`${blind}: sign in with docker login or credbridge set`],
    signIns: takesOver ? unreachable : [],
  }
}

/** Reports the plain secrets in the auth.json files. */
function readable(world: World): readonly DoctorLine[] {
  return authFiles(world).flatMap((file): DoctorLine[] => {
    const count = membersOf(readConfig(world, file), 'auths').filter(({ value }) => holdsSecret(value)).length
    const says = `${count} secrets are readable in ${file}`
    return count === 0 ? [] : [{ state: 'note', says, fix: hint`credbridge import containers` }]
  })
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
  return new Failure('refused', says, {
    hints: [hint`write into it: credential-helpers = ["${name}", "${authFile}"]`],
  })
}
