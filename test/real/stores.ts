import { isSlow } from './depth.ts'

/**
 * Of the stores on which a story is told: the first in `npm test`, the others in `npm run test:slow`, to which vitest.config.ts
 * adds each file that calls this.
 */
export function storesInTurn<T>(stores: readonly [T, ...T[]]): readonly T[] {
  return isSlow ? stores.slice(1) : stores.slice(0, 1)
}
