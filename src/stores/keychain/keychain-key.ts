import { type Place, python } from '../../core/credential.ts'
import { Failure } from '../../core/failure.ts'
import { endpointWords, hint } from '../../core/hint.ts'
import { serviceOf } from '../../core/item.ts'
import { samePlace } from '../../core/same.ts'
import { folded, isGits, isOwnService, ownService, ownTarget, pythonTarget } from './windows/targets.ts'

/** The service and account of an item in the keychain of a platform. */
export interface KeychainKey {
  readonly service: string
  readonly account: string
  /** Equal for two places that the platform's keychain cannot tell apart. */
  readonly key: string
}

/** Stands for an empty account on macOS, which treats an empty one as a wildcard and refuses it. */
const noAccount = 'credbridge:none'

/** The service and account of a place; `unsupported` if this keychain cannot keep it apart from others. */
export function keychainKeyOf(place: Place, platform: string): KeychainKey {
  const service = serviceOf(place)
  const { account } = place
  if (platform === 'win32') return windowsKeyOf(place)
  if (platform === 'darwin') {
    if (service === '') throw unsupported('an empty service name')
    if (account === noAccount) throw unsupported(`an account named ${noAccount}`)
    // Git Credential Manager calls its items as we do, and the addon would replace them.
    const named = place.owner === python ? service : `credbridge:${service}`
    return { service: named, account: account === '' ? noAccount : account, key: JSON.stringify([named, account]) }
  }
  return { service, account, key: JSON.stringify([service, account]) }
}

/** The same; `undefined` if this keychain cannot keep an item there. */
export function keychainKeyIn(place: Place, platform: string): KeychainKey | undefined {
  try {
    return keychainKeyOf(place, platform)
  } catch {
    return undefined
  }
}

/** The account that an account in the keychain stands for. */
export function accountIn(stored: string, platform: string): string {
  return platform === 'darwin' && stored === noAccount ? '' : stored
}

/** The other place that the platform's keychain cannot tell from this one; `undefined` if there is none. */
export function takenBy(place: Place, others: readonly Place[], platform: string): Place | undefined {
  const key = keychainKeyIn(place, platform)?.key
  return others.find(
    (other) => !samePlace(other, place) && key !== undefined && keychainKeyIn(other, platform)?.key === key,
  )
}

/** Throws `refused` if the keychain cannot tell this place from one of the others. */
export function refuseTaken(place: Place, others: readonly Place[], platform: string): void {
  const taken = takenBy(place, others, platform)
  if (taken === undefined) return
  throw new Failure('refused', `the keychain cannot tell ${place.endpoint.key} from ${taken.endpoint.key}`, {
    hints: [hint`if the older one is not needed: credbridge remove ${removal(taken)}`],
  })
}

function removal({ endpoint, owner }: Place): readonly string[] {
  return endpointWords(owner === python ? { ...endpoint, form: 'service' } : endpoint)
}

/** The names of git's helpers are not written. Python's service must not look like an item of ours. */
function windowsKeyOf(place: Place): KeychainKey {
  const { account, owner } = place
  const service = serviceOf(place)
  if (owner !== python) {
    const own = ownService(service)
    return { service: own, account, key: folded(ownTarget(own, account)) }
  }
  if (service === '' || isOwnService(service) || isGits(service)) throw unsupported(`the service name ${service}`)
  return { service, account, key: folded(pythonTarget(service, account)) }
}

function unsupported(what: string): Failure {
  return new Failure('unsupported', `this keychain cannot keep an item with ${what}`)
}
