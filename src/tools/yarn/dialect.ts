import { type Address, type Endpoint, hostAndPort, parseAddress } from '../../core/endpoint.ts'
import { authorizationOf } from '../authorization.ts'
import { check, type Dialect, find, reply } from '../dialect.ts'
import { placesOfRegistry, registryKinds } from '../npm/authorization.ts'

/**
 * What our plugin for Yarn asks (plugin.ts). The first word is the address of a registry or of an archive, the second
 * the folder in which Yarn was started, then follow the names of the settings that Yarn found in files. The answer has
 * two lines, the value of the header `Authorization` and the address below which it may be sent; or nothing. The address
 * may be named by a stranger's project; `refuseProject` looks at that before anything is given.
 */
export function yarnDialect(refuseProject: (folder: string, known: readonly string[]) => Promise<void>): Dialect {
  return {
    tool: 'yarn',
    broken: (_failure, text) => ({ stdout: '', stderr: text, exitCode: 1 }),

    *converse({ words: [address = '', folder, ...known] }) {
      const endpoints = placesOfRegistry([address])
      const answer = yield* find({ tool: 'yarn', kinds: registryKinds, endpoints, sharedOnly: true })
      if (answer === undefined) return reply('')
      const { credential } = answer
      if (folder !== undefined) yield* check(() => refuseProject(folder, known))
      return reply(`${authorizationOf(credential)}\n${scopeOf(parseAddress(address), credential.endpoint)}\n`)
    },
  }
}

/** Where a credential counts that was found for an address: its own path, at the host of the address or of its alias. */
function scopeOf(asked: Address, kept: Endpoint): string {
  const path = kept.form === 'address' ? kept.path : asked.path
  return `${asked.scheme}://${hostAndPort(asked)}/${path === '' ? '' : `${path}/`}`
}
