import type { Kind } from '../../core/credential.ts'
import { authorizationOf } from '../authorization.ts'
import { check, type Dialect, find, reply } from '../dialect.ts'
import { placesOfRegistry, registryKinds } from '../npm/authorization.ts'

/** What pnpm sends: it is answered with a whole header. */
export const pnpmKinds: readonly Kind[] = [...registryKinds, 'header']

const nothing = `credbridge: there is no credential for this registry that pnpm may use
hint: credbridge set <registry> --kind bearer
hint: credbridge share <registry> --with pnpm
`

/**
 * pnpm's `tokenHelper`: the program that setup made names the registry as the only word, because pnpm says nothing; the
 * answer is the complete value of the header `Authorization`. pnpm up to 10 runs every helper that is configured at each
 * start and ends with any that fails, so absence is an empty answer with exit 0, which every version takes for
 * "no header" or, where it needs one, reports itself. `refuseProject` looks at the project before anything is given.
 */
export function pnpmDialect(refuseProject: () => Promise<void>): Dialect {
  return {
    tool: 'pnpm',
    broken: (_failure, text) => ({ stdout: '', stderr: text, exitCode: 1 }),

    *converse({ words }) {
      const endpoints = placesOfRegistry(words)
      const answer = yield* find({ tool: 'pnpm', kinds: pnpmKinds, endpoints, sharedOnly: true })
      if (answer === undefined) return { stdout: '', stderr: nothing, exitCode: 0 }
      yield* check(refuseProject)
      return reply(`${authorizationOf(answer.credential)}\n`)
    },
  }
}
