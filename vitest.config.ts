import { defineConfig } from 'vitest/config'
import { missingParts } from './test/real/missing-parts.ts'

/** Told on several stores: on the first by `npm test`, on the others by `npm run test:slow` (test/real/stores.ts). */
const onSeveralStores = [
  'test/transcripts.test.ts',
  'test/clients/{docker,flytekit,npm,npm-bun,npm-pnpm,npm-yarn,pip-and-uv,publish,python-keyring}.test.ts',
]

/** What kills, floods or waits, and what takes long. */
const slow = 'test/**/*.slow.test.ts'

/** A file that is named on the command line is run by whichever of the two has it, or by both. */
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    reporters: ['default', missingParts()],
    projects: [
      { extends: true, test: { name: 'usual', include: ['test/**/*.test.ts'], exclude: [slow] } },
      {
        extends: true,
        test: { name: 'slow', include: [slow, ...onSeveralStores], env: { CREDBRIDGE_TEST_STORES: 'others' } },
      },
    ],
  },
})
