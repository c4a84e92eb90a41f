import { type Address, parseAddress } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { isObject, objectIn } from '../../core/record.ts'
import type { Environment } from '../../system/machine.ts'
import { versions } from './names.ts'

/** What kubectl says about its request. */
export interface ExecInfo {
  /** The version of the protocol, which the answer repeats. */
  readonly apiVersion: string
  /** The server of the cluster. */
  readonly endpoint: Address
}

const variable = 'KUBERNETES_EXEC_INFO'
const again = hint`credbridge setup kubectl`

/**
 * Reads the ExecCredential in the environment. The server comes from nowhere else: words in a kubeconfig could name
 * another server than the one to which kubectl sends the answer. `malformed` if it is not said.
 */
export function execInfo(env: Environment): ExecInfo {
  const text = env[variable]
  if (text === undefined) throw new Failure('malformed', `${variable} is not set: only kubectl calls this command`)
  const { apiVersion, kind, spec } = objectIn(text) ?? {}
  if (kind !== 'ExecCredential') throw new Failure('malformed', `${variable} is not an ExecCredential`)
  const known = versions.find((version) => version === apiVersion)
  if (known === undefined) {
    throw new Failure('unsupported', 'kubectl asks in a version of the protocol that is not known', { hints: [again] })
  }
  const cluster = isObject(spec) ? spec['cluster'] : undefined
  const server = isObject(cluster) ? cluster['server'] : undefined
  if (typeof server !== 'string') {
    throw new Failure('malformed', 'kubectl does not say which server it asks for', {
      hints: [hint`in the kubeconfig: provideClusterInfo: true`, again],
    })
  }
  return { apiVersion: known, endpoint: parseAddress(server) }
}
