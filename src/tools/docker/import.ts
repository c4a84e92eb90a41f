import type { PlainSecrets, SetupOption } from '../tool.ts'
import { putBackInFile, secretsInFiles } from './auths.ts'
import { putBackInHelper, secretsInHelper } from './other-helper.ts'
import { authFiles, docker, helm } from './places.ts'

const fileOption: SetupOption = { flags: '--file <path>', says: 'another file with `auths`' }

/** The `auths` of docker's configuration, or what another docker credential helper keeps. */
export const dockerPlainSecrets: PlainSecrets = {
  options: [
    fileOption,
    { flags: '--helper <name>', says: 'what docker-credential-<name> keeps, instead of what lies in files' },
  ],

  async find(world, { file, helper }) {
    if (typeof helper === 'string') return secretsInHelper(world, helper)
    return secretsInFiles(world, typeof file === 'string' ? [file] : [docker.configFile(world)], 'docker')
  },

  putBack: (world, trace, credential) =>
    trace['helper'] === undefined
      ? putBackInFile(world, trace, credential)
      : putBackInHelper(world, trace['helper'], trace, credential),
}

/** The auth.json files of podman, skopeo and buildah. */
export const containersPlainSecrets: PlainSecrets = {
  options: [fileOption],
  find: async (world, { file }) =>
    secretsInFiles(world, typeof file === 'string' ? [file] : authFiles(world), 'containers'),
  putBack: putBackInFile,
}

/** helm's own file, in docker's format. */
export const helmPlainSecrets: PlainSecrets = {
  options: [fileOption],
  find: async (world, { file }) =>
    secretsInFiles(world, typeof file === 'string' ? [file] : [helm.configFile(world)], 'helm'),
  putBack: putBackInFile,
}
