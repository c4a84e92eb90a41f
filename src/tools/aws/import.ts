import { Failure } from '../../core/failure.ts'
import type { PlainSecrets } from '../tool.ts'
import { faultOf, hasKeys, keysIn, withKeys } from './keys.ts'
import { awsFiles, profilesIn } from './profiles.ts'

/** The access keys in AWS's two files. */
export const awsPlainSecrets: PlainSecrets = {
  async find(machine) {
    const { config, credentials } = awsFiles(machine)
    const files = config === credentials ? [config] : [credentials, config]
    return {
      secrets: files.flatMap((file) => keysIn(machine, file)),
      remarks: files.flatMap((file) => profilesIn(machine, file)).flatMap((section) => faultOf(section) ?? []),
    }
  },

  putBack(machine, { file = '', section = '' }, credential) {
    const there = profilesIn(machine, file).find((one) => one.section === section)
    if (there !== undefined && hasKeys(there)) throw new Failure('refused', `[${section}] has other keys now`)
    machine.files.write(file, withKeys(machine.files.read(file) ?? '', section, credential))
  },
}
