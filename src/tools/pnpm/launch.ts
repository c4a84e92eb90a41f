import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { asItIs, type Launcher } from '../launch.ts'
import { helpersIn } from './helpers.ts'
import { refuseProject } from './project.ts'

/** pnpm asks by itself once it is set up; nothing has to go along. */
export const pnpmLauncher: Launcher = {
  tool: 'pnpm',

  async plan({ machine, words, asked, named }) {
    if (!asked) return asItIs
    if (named.size > 0 || helpersIn(machine).length > 0) {
      await refuseProject(machine, words, named)
      return asItIs
    }
    throw new Failure('refused', 'pnpm asks credbridge by itself, once it knows how', {
      hints: [hint`credbridge setup pnpm --registry <address>`],
    })
  },
}
