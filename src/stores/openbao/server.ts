import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { isLoopback } from '../../core/loopback.ts'
import type { Environment } from '../../system/machine.ts'
import type { StoreContext } from '../store-type.ts'

/** A server of OpenBao or of Vault, and what is used of it. */
export interface Server {
  /** Its origin, without a slash at the end. */
  readonly address: string
  /** The origins of further nodes of the same cluster. */
  readonly nodes: readonly string[]
  readonly namespace: string
  readonly mount: string
  /** A file with the certificate of its authority. */
  readonly caFile: string | undefined
  /** The folders of the mount in the order of reading. The first one gets all saves. */
  readonly places: readonly [string, ...string[]]
  /** Further places that are written on request. */
  readonly writable: readonly string[]
  /** Whether the environment names the same server, or no other, so that what else is there is meant for it. */
  readonly isEnvironments: boolean
}

/** The folder that is used if the settings name none: that of the person. */
export const usualPlace = 'people/{me}'

/**
 * The server that the settings name; what they leave out comes from the variables of `bao` and `vault`. Without an
 * address: `unavailable`.
 */
export function serverOf({ machine: { env }, settings, parameter }: StoreContext): Server {
  const { address, nodes = [], namespace, mount, caFile, places = [usualPlace], writable = [] } = settings.openbao ?? {}
  const named = variable(env, 'ADDR')
  const at = address ?? named
  if (at === undefined) {
    throw new Failure('unavailable', 'no OpenBao server is named', {
      hints: [hint`to name it: credbridge use openbao --address <url> --mount <name>`],
    })
  }
  const [first = usualPlace, ...rest] = places
  const origin = originOf(at)
  const isEnvironments = named === undefined || sameOrigin(named, origin)
  const further = (name: string) => (isEnvironments ? variable(env, name) : undefined)
  return {
    address: origin,
    nodes: nodes.map(originOf),
    namespace: withoutSlashes(namespace ?? further('NAMESPACE') ?? ''),
    mount: withoutSlashes(mount ?? 'secret'),
    caFile: caFile ?? further('CACERT'),
    places: parameter === '' ? [first, ...rest] : [placeNamed(parameter, places)],
    writable,
    isEnvironments,
  }
}

/** As `bao` reads them: `BAO_X` first, even if it is empty, then `VAULT_X`. Empty counts as absent. */
export function variable(env: Environment, name: string): string | undefined {
  const value = env[`BAO_${name}`] ?? env[`VAULT_${name}`]
  return value === '' ? undefined : value
}

/** Throws `malformed` for what is not the address of a server, and `refused` for http to another machine. */
export function originOf(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.protocol === 'unix:') throw new Failure('unsupported', 'a Unix socket of OpenBao is not supported')
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.username !== '') {
    throw new Failure('malformed', 'the address of the OpenBao server is not like https://bao.example.com:8200')
  }
  if (url.protocol === 'http:' && !isLoopback({ host: url.hostname })) {
    throw new Failure('refused', `${url.host} is asked by https only`, { hints: [hint`use an address with https`] })
  }
  return url.origin
}

function placeNamed(name: string, places: readonly string[]): string {
  if (places.includes(name)) return name
  throw new Failure('malformed', `openbao.places in the settings does not have ${name}`, {
    hints: [hint`the places are: ${places}`],
  })
}

function sameOrigin(a: string, b: string): boolean {
  return URL.canParse(a) && new URL(a).origin === b
}

function withoutSlashes(text: string): string {
  return text.split('/').filter(Boolean).join('/')
}
