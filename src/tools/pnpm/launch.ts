import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { asItIs, type Launcher } from '../launch.ts'
import { helpersIn } from './helpers.ts'
import { refuseProject } from './project.ts'

/** Once pnpm is set up it asks credbridge itself, so it needs no variables. */
export const pnpmLauncher: Launcher = {
  tool: 'pnpm',

  async plan({ machine, words, asked, named }) {
    if (!asked) return asItIs
    if (named.size > 0 || helpersIn(machine).length > 0) {
      await refuseProject(machine, words, named)
      return asItIs
    }
    throw new Failure('refused', 'pnpm asks credbridge itself once it is set up', {
      hints: [hint`credbridge setup pnpm --registry <address>`],
    })
  },
}
