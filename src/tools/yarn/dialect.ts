import { type Address, type Endpoint, hostAndPort, parseAddress } from '../../core/endpoint.ts'
import { authorizationOf } from '../authorization.ts'
import { check, type Dialect, find, reply } from '../dialect.ts'
import { placesOfRegistry, registryKinds } from '../npm/authorization.ts'

/**
 * The requests of our Yarn plugin (plugin.ts). The first argument is the address of a registry or of an archive, the
 * second the folder in which Yarn was started. The names of the settings that Yarn found in files follow. The answer
 * has two lines, the value of the `Authorization` header and the address below which it may be sent, or is empty. A
 * stranger's project may have named the address; `refuseProject` checks the project before a credential is returned.
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

/** The address below which a found credential may be sent: its own path, at the host of the request or of its alias. */
function scopeOf(asked: Address, kept: Endpoint): string {
  const path = kept.form === 'address' ? kept.path : asked.path
  return `${asked.scheme}://${hostAndPort(asked)}/${path === '' ? '' : `${path}/`}`
}
