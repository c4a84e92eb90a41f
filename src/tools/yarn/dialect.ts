import { type Address, type Endpoint, hostAndPort, parseAddress } from '../../core/endpoint.ts'
import { formatFailure } from '../../core/failure-text.ts'
import { authorizationOf } from '../authorization.ts'
import { type Conversation, check, type Dialect, find, reply } from '../dialect.ts'
import { notKept, notShared } from '../not-kept.ts'
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

    *converse({ words: [address = '', folder, ...known], env }) {
      const endpoints = placesOfRegistry([address])
      const answer = yield* find({ tool: 'yarn', kinds: registryKinds, endpoints, sharedOnly: true })
      if (answer === undefined)
        return { ...reply(''), stderr: env[reader] === 'person' ? yield* whyNot(endpoints) : '' }
      const { credential } = answer
      if (folder !== undefined) yield* check(() => refuseProject(folder, known))
      return reply(`${authorizationOf(credential)}\n${scopeOf(parseAddress(address), credential.endpoint)}\n`)
    },
  }
}

/** The variable by which the plugin says that a person would read it. */
const reader = 'CREDBRIDGE_READER'

/** What a person should know if the registry refuses Yarn then. The plugin says it. */
function* whyNot(endpoints: readonly Endpoint[]): Conversation<string> {
  const [endpoint] = endpoints
  if (endpoint === undefined) return ''
  try {
    const unshared = yield* find({ tool: 'yarn', kinds: registryKinds, endpoints, sharedOnly: false })
    if (unshared === undefined) return notKept({ endpoint, kind: 'bearer' })
    return formatFailure(notShared('yarn', unshared.credential.endpoint.key))
  } catch {
    return ''
  }
}

/** The address below which a found credential may be sent: its own path, at the host of the request or of its alias. */
function scopeOf(asked: Address, kept: Endpoint): string {
  const path = kept.form === 'address' ? kept.path : asked.path
  return `${asked.scheme}://${hostAndPort(asked)}/${path === '' ? '' : `${path}/`}`
}
