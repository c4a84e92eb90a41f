import type { Kind } from '../../core/credential.ts'
import { Failure } from '../../core/failure.ts'
import { formatFailure } from '../../core/failure-text.ts'
import { hint } from '../../core/hint.ts'
import { authorizationOf } from '../authorization.ts'
import { check, type Dialect, find, reply } from '../dialect.ts'
import { placesOfRegistry, registryKinds } from '../npm/authorization.ts'

/** The kinds that pnpm can use: it gets a complete header. */
export const pnpmKinds: readonly Kind[] = [...registryKinds, 'header']

function nothingFor(registry: string): string {
  return formatFailure(
    new Failure('refused', `there is no credential for ${registry} that pnpm may use`, {
      hints: [hint`credbridge set ${registry} --kind bearer`, hint`credbridge share ${registry} --with pnpm`],
    }),
  )
}

/**
 * pnpm's `tokenHelper`. pnpm passes no arguments, so the program that setup creates passes the registry as the only
 * one. The answer is the complete value of the `Authorization` header. pnpm up to 10 runs every configured helper at
 * each start and exits if one fails. So absence is an empty answer with exit code 0, which every version takes for "no
 * header" and reports itself if it needs one. `refuseProject` checks the project before a credential is returned.
 */
export function pnpmDialect(refuseProject: () => Promise<void>): Dialect {
  return {
    tool: 'pnpm',
    broken: (_failure, text) => ({ stdout: '', stderr: text, exitCode: 1 }),

    *converse({ words }) {
      const endpoints = placesOfRegistry(words)
      const answer = yield* find({ tool: 'pnpm', kinds: pnpmKinds, endpoints, sharedOnly: true })
      if (answer === undefined) return { stdout: '', stderr: nothingFor(endpoints[0]?.key ?? ''), exitCode: 0 }
      yield* check(refuseProject)
      return reply(`${authorizationOf(answer.credential)}\n`)
    },
  }
}
