import { type Dialect, reply } from '../dialect.ts'
import { authorizationOf, placesOfRegistry, registryKinds } from '../npm/authorization.ts'
import { oneShot } from '../one-shot.ts'

/**
 * pnpm's `tokenHelper`: the program that setup made names the registry as the only word, because pnpm says nothing; the
 * answer is the complete value of the header `Authorization`. pnpm up to 10 runs every helper that is configured at each
 * start and ends with any that fails, so absence is an empty answer with exit 0, which every version takes for
 * "no header" or, where it needs one, reports itself.
 */
export const pnpm: Dialect = oneShot({
  tool: 'pnpm',
  absent: {
    stdout: '',
    stderr: 'credbridge: there is no credential for this registry\nhint: credbridge set <registry> --kind bearer\n',
    exitCode: 0,
  },
  done: reply(''),
  ambiguous: 'broken',
  broken: (_failure, text) => ({ stdout: '', stderr: text, exitCode: 1 }),
  reading: () => undefined,

  read({ words }) {
    const endpoints = placesOfRegistry(words)
    return {
      do: 'find',
      lookup: { tool: 'pnpm', kinds: [...registryKinds, 'header'], endpoints },
      found: ({ credential }) => reply(`${authorizationOf(credential)}\n`),
    }
  },
})
