import { resolve } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { FoundSecrets, Machine, PlainSecret, PlainSecrets, SetupOptions, TakenSecret } from '../tool.ts'
import { onlyFor, withAsking, wordsOfSetup } from './asked.ts'
import { secretsInFile } from './auths.ts'
import { putBackInFiles, takeOutOfFiles } from './auths-edits.ts'
import { helperIn, readConfig } from './config.ts'
import { containersAsked } from './containers.ts'
import { proveSignIns } from './helper.ts'
import { containersHelper, dockerHelper, type HelperName } from './names.ts'
import { putBackInHelper, secretsInHelper } from './other-helper.ts'
import { authFiles, type Client, docker, helm } from './places.ts'
import { configKeyOf } from './registries.ts'

/** The `auths` of docker's configuration, or the sign-ins in another docker credential helper. */
export const dockerPlainSecrets: PlainSecrets = {
  ...movedBy(dockerHelper),
  async find(machine, options) {
    const { helper: name, keep } = options
    if (typeof name !== 'string') return inConfig(docker, machine, options)
    const text = readConfig(machine, docker.configFile(machine))
    const asks = helperIn(text)
    return withAsking(await secretsInHelper(machine, name, keep === true ? 'copy' : 'move'), {
      isAsked: (at) => asks(configKeyOf(at)) === dockerHelper.name,
      why: asks('') === name ? `docker still asks ${name}` : 'docker does not ask credbridge',
      setup: (at, asksOthers) => hint`credbridge ${wordsOfSetup(docker, text, at, asksOthers)}`,
    })
  },
}

/** helm's own file, in docker's format. */
export const helmPlainSecrets: PlainSecrets = {
  ...movedBy(dockerHelper),
  find: async (machine, options) => inConfig(helm, machine, options),
}

/** The auth.json files of podman, skopeo and buildah. */
export const containersPlainSecrets: PlainSecrets = {
  ...movedBy(containersHelper),
  async find(machine, options) {
    const files = fileFrom(machine, options) ?? authFiles(machine)
    return withAsking(joined(files.map((file) => secretsInFile(machine, file, 'containers'))), {
      isAsked: await containersAsked(machine),
      why: 'podman, skopeo and buildah do not ask credbridge',
      setup: (at, asksOthers) => hint`credbridge setup ${['containers', ...onlyFor(at, asksOthers)]}`,
    })
  },
}

function inConfig(client: Client, machine: Machine, options: SetupOptions): FoundSecrets {
  const usual = client.configFile(machine)
  const [file] = fileFrom(machine, options) ?? [usual]
  const text = readConfig(machine, file)
  const asks = helperIn(text)
  return withAsking(secretsInFile(machine, file, client.name), {
    isAsked: (at) => asks(configKeyOf(at)) === dockerHelper.name,
    why: `${client.name} does not ask credbridge`,
    setup(at, asksOthers) {
      const again = wordsOfSetup(client, text, at, asksOthers)
      const [variable, value] = client.setting(file)
      return file === usual ? hint`credbridge ${again}` : hint`${variable}=${value} credbridge ${again}`
    },
  })
}

/** Moves sign-ins from files and other helpers to this helper, and back. */
function movedBy(helper: HelperName): Omit<PlainSecrets, 'find'> {
  const isInFile = ({ trace }: Pick<PlainSecret, 'trace'>) => trace?.['file'] !== undefined
  return {
    prove: (machine, secrets) => proveSignIns(machine, helper, secrets),

    async takeOutAll(machine, secrets) {
      takeOutOfFiles(machine, secrets.filter(isInFile))
      for (const secret of secrets.filter((one) => !isInFile(one))) await secret.takeOut()
    },

    async putBackAll(machine, taken) {
      const inFiles = taken.filter(isInFile)
      const failures = new Map(putBackInFiles(machine, inFiles).map((failure, at) => [inFiles[at], failure]))
      for (const { trace, credential } of taken.filter((one) => !isInFile(one))) {
        await putBackInHelper(machine, trace['helper'] ?? '', trace, credential)
      }
      return taken.map((one: TakenSecret) => failures.get(one))
    },
  }
}

function joined(all: readonly FoundSecrets[]): FoundSecrets {
  return { secrets: all.flatMap(({ secrets }) => secrets), remarks: all.flatMap(({ remarks }) => remarks) }
}

/** The absolute path of the file that a person named. Undo may run in another working directory. */
function fileFrom(machine: Machine, { file }: SetupOptions): readonly [string] | undefined {
  if (typeof file !== 'string') return undefined
  const path = resolve(machine.workingFolder, file)
  if (!machine.files.exists(path)) throw new Failure('unavailable', `there is no file ${path}`)
  return [path]
}
