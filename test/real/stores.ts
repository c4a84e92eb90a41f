/**
 * Of the stores on which a story is told: the first in `npm test`, the others in `npm run test:slow`. The file must stand in
 * vitest.config.ts.
 */
export function storesInTurn<T>(stores: readonly [T, ...T[]]): readonly T[] {
  return process.env['CREDBRIDGE_TEST_STORES'] === 'others' ? stores.slice(1) : stores.slice(0, 1)
}
