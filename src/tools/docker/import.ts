import { resolve } from 'node:path'
import { Failure } from '../../core/failure.ts'
import type { PlainSecrets, SetupOptions, World } from '../tool.ts'
import { putBackInFile, secretsInFiles } from './auths.ts'
import { areAsking } from './containers.ts'
import { putBackInHelper, secretsInHelper } from './other-helper.ts'
import { authFiles, docker, helm } from './places.ts'

/** The `auths` of docker's configuration, or what another docker credential helper keeps. */
export const dockerPlainSecrets: PlainSecrets = {
  async find(world, options) {
    const { helper } = options
    if (typeof helper === 'string') return secretsInHelper(world, helper)
    return secretsInFiles(world, fileFrom(world, options) ?? [docker.configFile(world)], 'docker')
  },

  putBack: (world, trace, credential) =>
    trace['helper'] === undefined
      ? putBackInFile(world, trace, credential)
      : putBackInHelper(world, trace['helper'], trace, credential),
}

/** The auth.json files of podman, skopeo and buildah. */
export const containersPlainSecrets: PlainSecrets = {
  async find(world, options) {
    const { secrets, remarks } = secretsInFiles(world, fileFrom(world, options) ?? authFiles(world), 'containers')
    const asked = secrets.length > 0 && (await areAsking(world))
    return { secrets: secrets.map((secret) => ({ ...secret, asked })), remarks }
  },

  putBack: putBackInFile,
}

/** helm's own file, in docker's format. */
export const helmPlainSecrets: PlainSecrets = {
  find: async (world, options) => secretsInFiles(world, fileFrom(world, options) ?? [helm.configFile(world)], 'helm'),
  putBack: putBackInFile,
}

/** The file that a person named, by its absolute path: undo may be asked for from another folder. */
function fileFrom(world: World, { file }: SetupOptions): readonly [string] | undefined {
  if (typeof file !== 'string') return undefined
  const path = resolve(world.folder, file)
  if (!world.files.exists(path)) throw new Failure('unavailable', `there is no file ${path}`)
  return [path]
}
