import { type Dialect, reply } from '../dialect.ts'
import { authorizationOf, placesOfRegistry, registryKinds } from '../npm/authorization.ts'
import { oneShot } from '../one-shot.ts'

/**
 * What our plugin for Yarn asks (plugin.ts): the only word is the registry, the answer the value of the header
 * `Authorization`, or nothing. The registry may be named by a stranger's project.
 */
export const yarn: Dialect = oneShot({
  tool: 'yarn',
  absent: reply(''),
  done: reply(''),
  ambiguous: 'broken',
  broken: (_failure, text) => ({ stdout: '', stderr: text, exitCode: 1 }),
  reading: () => undefined,

  read({ words }) {
    const endpoints = placesOfRegistry(words)
    return {
      do: 'find',
      lookup: { tool: 'yarn', kinds: registryKinds, endpoints, sharedOnly: true },
      found: ({ credential }) => reply(`${authorizationOf(credential)}\n`),
    }
  },
})
