import type { DoctorLine } from '../../core/doctor-line.ts'
import { type Address, hostAndPort } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { notInstalled } from '../installed.ts'
import { valueAt } from '../json-text.ts'
import type { Change, Machine, Plan, Setup } from '../tool.ts'
import { secretsInFile } from './auths.ts'
import { asSpelled, type Member, membersOf, readConfig } from './config.ts'
import { helperOnPath, proveHelper } from './helper.ts'
import { containersPrograms, onPath } from './installed.ts'
import { containersHelper, dockerHelper } from './names.ts'
import { naming, unnaming } from './naming.ts'
import { authFiles } from './places.ts'
import { registriesIn } from './registries.ts'
import { authFile, helpersInForce, isPrinted, laterFile, onlyFile, ownFile, printHelpers } from './registries-conf.ts'
import { addressOf } from './unreachable.ts'

const { name } = containersHelper
const isOurName = (helper: unknown) => helper === name || helper === dockerHelper.name
const onlyListed =
  "podman --remote sees only listed sign-ins; to add other tools' sign-ins: credbridge share <endpoint> --with docker"

/**
 * podman, skopeo and buildah ask the helpers of `credential-helpers` in order and save to the first. Setup puts ours
 * first, in a separate file that is read last. They do not know `credsStore`. For single registries they read
 * `credHelpers` in an auth.json.
 */
export const containersSetup: Setup = {
  async plan(machine, options): Promise<Plan> {
    await helperOnPath(machine, containersHelper)
    if (onPath(machine, containersPrograms).length === 0) throw notInstalled('podman')
    const registries = registriesIn(options['registry'])
    if (registries !== undefined) return planFor(registries.map(hostAndPort), machine, options['import'] !== false)
    const other = onlyFile(machine)
    if (other !== undefined)
      throw writeYourself(`podman, skopeo and buildah read only ${other}, which the environment names`)
    const { helpers, file } = await helpersInForce(machine, ownFile(machine))
    if (helpers.includes(name)) return { changes: [], remarks: [] }
    if (helpers.includes(dockerHelper.name)) return { changes: [], remarks: [`${file}: ${formerName}`] }
    const later = await laterFile(machine)
    if (later !== undefined) {
      throw writeYourself(`${later} is read after the file that setup would write, and overrides it`)
    }
    const text = printHelpers([name, ...helpers])
    if (machine.files.read(ownFile(machine)) === text) return { changes: [], remarks: [] }
    const others = helpers.filter((helper) => helper !== authFile)
    const remarks = others.map((helper) => `${helper} is asked after credbridge; credbridge stores new sign-ins`)
    return { changes: [writing(machine, text)], remarks: [...remarks, onlyListed] }
  },

  async undo(machine, options): Promise<Plan> {
    const hosts = registriesIn(options['registry'])?.map(hostAndPort)
    const meant = ourHosts(machine).filter(({ name: host }) => hosts?.includes(host) ?? true)
    const perHost = meant
      .map(({ file, path, name: host }) => unnaming(machine, file, path, `${file}, ${host}`))
      .reverse()
    const file = ownFile(machine)
    const wroteFile = hosts === undefined && isWritten(machine)
    const removing: Change = { says: `${file}: remove`, apply: () => machine.files.remove(file) }
    return { changes: [...perHost, ...(wroteFile ? [removing] : [])], remarks: [] }
  },

  prove: (machine) => proveHelper(machine, containersHelper),

  async check(machine): Promise<readonly DoctorLine[]> {
    const present = onPath(machine, containersPrograms)
    if (present.length === 0) return [{ state: 'skipped', says: 'podman, skopeo and buildah are not installed' }]
    const who = present.join(', ')
    const fix = hint`credbridge setup containers`
    const isAsked = ourHosts(machine).length > 0 || (await helpersInForce(machine, undefined)).helpers.some(isOurName)
    if (!isAsked) return [{ state: 'note', says: `${who}: credbridge is not asked`, fix }]
    await helperOnPath(machine, containersHelper)
    const { helpers, file } = await helpersInForce(machine, undefined)
    if (!helpers.includes(name) && helpers.includes(dockerHelper.name)) {
      return [{ state: 'wrong', says: `${file}: ${formerName}`, ...(isWritten(machine) ? { fix } : {}) }]
    }
    const { helpers: others } = await helpersInForce(machine, ownFile(machine))
    if (isWritten(machine) && machine.files.read(ownFile(machine)) !== printHelpers([name, ...others])) {
      return [{ state: 'note', says: `${ownFile(machine)} has an outdated list of helpers`, fix }]
    }
    return [{ state: 'ok', says: `${who}: credbridge is asked` }]
  },
}

const formerName = `podman --remote fails on the list of ${dockerHelper.name}; write ${name} instead`

/** Returns whether podman, skopeo and buildah ask credbridge for a registry. */
export async function containersAsked(machine: Machine): Promise<(at: Address) => boolean> {
  const isForAll = (await helpersInForce(machine, undefined)).helpers.some(isOurName)
  const hosts = new Set(ourHosts(machine).map(({ name }) => name))
  return (at) => isForAll || hosts.has(hostAndPort(at))
}

interface OurHost extends Member {
  readonly file: string
}

/** The registries for which an auth.json names us. */
function ourHosts(machine: Machine): readonly OurHost[] {
  return authFiles(machine).flatMap((file) =>
    membersOf(readConfig(machine, file), 'credHelpers')
      .filter(({ value }) => isOurName(value))
      .map((member) => ({ ...member, file })),
  )
}

function planFor(hosts: readonly string[], machine: Machine, takesOver: boolean): Plan {
  const [written, lasting = written] = authFiles(machine)
  const file = machine.env['REGISTRY_AUTH_FILE'] === undefined ? lasting : written
  const text = readConfig(machine, file)
  const changes = hosts.flatMap((host): Change[] => {
    const path = asSpelled(text, ['credHelpers', host])
    const before = valueAt(text, path)
    if (isOurName(before)) return []
    if (before !== undefined)
      throw new Failure('refused', `${file} names ${before} for ${host}`, { hints: [hint`remove it`] })
    return [naming(machine, file, path, name, `${file}: ask credbridge for ${host}`)]
  })
  const blind = `podman login reads only ${written} and would store the secret there`
  // In one file a helper takes precedence over `auths`: containers/image, pkg/docker/config, findCredentialsInFile.
  const unreachable = secretsInFile(machine, file, 'containers').secrets.filter((secret) => {
    const at = addressOf(secret)
    return at !== undefined && hosts.includes(hostAndPort(at))
  })
  return {
    changes,
    remarks: file === written ? [] : [`${blind}: sign in with docker login or credbridge set`],
    signIns: takesOver ? unreachable : [],
  }
}

function writing(machine: Machine, text: string): Change {
  const file = ownFile(machine)
  return { says: `${file}: ask credbridge first`, apply: () => machine.files.write(file, text) }
}

/** Whether setup has written our file. */
function isWritten(machine: Machine): boolean {
  return isPrinted(machine.files.read(ownFile(machine)))
}

function writeYourself(says: string): Failure {
  return new Failure('refused', says, {
    hints: [hint`write into it: credential-helpers = ["${name}", "${authFile}"]`],
  })
}
