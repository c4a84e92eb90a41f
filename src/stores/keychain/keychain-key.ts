import { type Place, python, samePlace } from '../../core/credential.ts'
import { Failure } from '../../core/failure.ts'
import { endpointWords } from '../../core/hint.ts'
import { serviceOf } from '../../core/item.ts'

/** Where an item lies in the keychain of a platform. */
export interface Spot {
  readonly service: string
  readonly account: string
  /** Equal for two places that the platform's keychain takes for one. */
  readonly key: string
}

/** What macOS keeps instead of an empty account, which it takes for a wildcard and refuses. */
const noAccount = 'credbridge:none'

/** Where an item lies; `unsupported` where this keychain cannot keep it apart from others. */
export function spotOf(place: Place, platform: string): Spot {
  const service = serviceOf(place)
  const { account } = place
  if (platform === 'win32') return { service, account, key: folded(`${account}.${service}`) }
  if (platform === 'darwin') {
    if (service === '') throw unsupported('an empty service name')
    if (account === noAccount) throw unsupported(`an account named ${noAccount}`)
    return { service, account: account === '' ? noAccount : account, key: JSON.stringify([service, account]) }
  }
  return { service, account, key: JSON.stringify([service, account]) }
}

/** The same, and nothing where nothing can lie. */
export function spotIn(place: Place, platform: string): Spot | undefined {
  try {
    return spotOf(place, platform)
  } catch {
    return undefined
  }
}

/** The account that was meant by one that lies in the keychain. */
export function accountIn(stored: string, platform: string): string {
  return platform === 'darwin' && stored === noAccount ? '' : stored
}

/** The other place that the platform's keychain takes for this one. */
export function takenBy(place: Place, others: readonly Place[], platform: string): Place | undefined {
  const key = spotIn(place, platform)?.key
  return others.find((other) => !samePlace(other, place) && key !== undefined && spotIn(other, platform)?.key === key)
}

/** Refuses a place whose spot is taken by another place. */
export function refuseTaken(place: Place, others: readonly Place[], platform: string): void {
  const taken = takenBy(place, others, platform)
  if (taken === undefined) return
  throw new Failure('refused', `the keychain takes ${place.endpoint.key} and ${taken.endpoint.key} for one`, {
    hints: [`if the older one is not needed: credbridge remove ${removal(taken)}`],
  })
}

function removal({ endpoint, owner }: Place): string {
  return endpointWords(owner === python ? { ...endpoint, form: 'service' } : endpoint)
}

/**
 * Windows tells targets apart by the upper case of each UTF-16 unit:
 * https://github.com/open-source-cooperative/windows-native-keyring-store/blob/main/src/utils.rs
 */
function folded(target: string): string {
  let out = ''
  for (let at = 0; at < target.length; at++) {
    const upper = target.charAt(at).toUpperCase()
    out += upper.length === 1 ? upper : target.charAt(at)
  }
  return out
}

function unsupported(what: string): Failure {
  return new Failure('unsupported', `this keychain keeps no item with ${what}`)
}
