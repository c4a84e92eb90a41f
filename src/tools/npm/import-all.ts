import { bunfigSecrets } from '../bun/import.ts'
import { pnpmSecrets } from '../pnpm/import.ts'
import type { PlainSecrets } from '../tool.ts'
import { yarnrcSecrets } from '../yarn/import.ts'
import { npmrcSecrets } from './import.ts'

/** The plain secrets of all managers of JavaScript packages: npmrc files first, then pnpm's, Yarn's and Bun's own. */
export const everyManagersSecrets: PlainSecrets = {
  async find(machine, options) {
    const sources =
      options['file'] === undefined ? [npmrcSecrets, pnpmSecrets, yarnrcSecrets, bunfigSecrets] : [npmrcSecrets]
    const found = []
    for (const source of sources) found.push(await source.find(machine, options))
    return {
      secrets: found.flatMap((one) => one.secrets),
      remarks: found.flatMap((one) => one.remarks),
      broken: found.flatMap((one) => one.broken ?? []),
    }
  },

  putBack(machine, trace, credential) {
    const source = trace['file']?.endsWith('.yml') === true ? yarnrcSecrets : npmrcSecrets
    return source.putBack?.(machine, trace, credential)
  },
}
