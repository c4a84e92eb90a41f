import { join } from 'node:path'
import { hint } from '../../core/hint.ts'
import { putBackInLines } from '../npm/edits.ts'
import { secretsInNpmrcs } from '../npm/import.ts'
import { onlyWhatIsAskedFor } from '../npm/without-setup.ts'
import type { PlainSecret, PlainSecrets } from '../tool.ts'
import { helpersIn } from './helpers.ts'
import { configFolder } from './places.ts'

/** What `pnpm login` writes, and what older versions were configured with: files of pnpm's own, in npm's form. */
export const pnpmSecrets: PlainSecrets = {
  async find(world, options) {
    const files = ['auth.ini', 'rc'].map((name) => join(configFolder(world), name))
    const helpers = helpersIn(world).map(({ registry }) => registry.key)
    const isAskedFor = ({ credential }: PlainSecret) => helpers.includes(credential.endpoint.key)
    const first = ({ credential }: PlainSecret) => hint`credbridge setup pnpm --registry ${credential.endpoint.key}`
    return onlyWhatIsAskedFor(await secretsInNpmrcs(world, 'pnpm', files, options), options, isAskedFor, first)
  },

  putBack: putBackInLines,
}
