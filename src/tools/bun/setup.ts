import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Plan, Setup } from '../tool.ts'

/** Bun asks nobody for a credential: there is nothing to set up, and another way. */
export const bunSetup: Setup = {
  async plan(): Promise<Plan> {
    throw new Failure('unsupported', 'Bun asks no helper for a credential', {
      hints: [hint`credbridge run -- bun install`, hint`credbridge share <registry> --with bun`],
    })
  },

  undo: async () => ({ changes: [], remarks: [] }),
  check: async () => [],
}
