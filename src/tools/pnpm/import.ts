import { isAbsolute, join } from 'node:path'
import { putBackInLines } from '../npm/edits.ts'
import { secretsInNpmrcs } from '../npm/import.ts'
import type { PlainSecrets, World } from '../tool.ts'

/** What `pnpm login` writes, and what older versions were configured with: files of pnpm's own, in npm's form. */
export const pnpmSecrets: PlainSecrets = {
  async find(world, options) {
    const files = ['auth.ini', 'rc'].map((name) => join(folder(world), name))
    return secretsInNpmrcs(world, 'pnpm', files, options)
  },

  putBack: putBackInLines,
}

/** https://pnpm.io/cli/config: the global configuration's folder. */
function folder({ env, home, platform }: World): string {
  const named = env['XDG_CONFIG_HOME'] ?? ''
  if (isAbsolute(named)) return join(named, 'pnpm')
  if (platform === 'darwin') return join(home, 'Library', 'Preferences', 'pnpm')
  const local = env['LOCALAPPDATA'] ?? ''
  return platform === 'win32' && local !== '' ? join(local, 'pnpm', 'config') : join(home, '.config', 'pnpm')
}
