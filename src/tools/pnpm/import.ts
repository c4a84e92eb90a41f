import { join } from 'node:path'
import { putBackInLines } from '../npm/edits.ts'
import { secretsInNpmrcs } from '../npm/import.ts'
import type { PlainSecrets } from '../tool.ts'
import { configFolder } from './places.ts'

/** What `pnpm login` writes, and what older versions were configured with: files of pnpm's own, in npm's form. */
export const pnpmSecrets: PlainSecrets = {
  async find(world, options) {
    const files = ['auth.ini', 'rc'].map((name) => join(configFolder(world), name))
    return secretsInNpmrcs(world, 'pnpm', files, options)
  },

  putBack: putBackInLines,
}
