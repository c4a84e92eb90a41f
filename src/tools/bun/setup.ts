import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Plan, Setup } from '../tool.ts'

/** Bun asks no helper for a credential, so there is nothing to set up. The failure names the alternative. */
export const bunSetup: Setup = {
  async plan(): Promise<Plan> {
    throw new Failure('unsupported', 'Bun asks no helper for a credential', {
      hints: [hint`credbridge run -- bun install`, hint`credbridge share <registry> --with bun`],
    })
  },

  undo: async () => ({ changes: [], remarks: [] }),
  check: async () => [],
}
