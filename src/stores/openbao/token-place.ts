import { ourselves, type Place } from '../../core/credential.ts'
import { serviceName } from '../../core/endpoint.ts'

const before = 'token of '

/** Where a store of this machine has the token for a server. */
export function tokenPlace(address: string): Place {
  return { endpoint: serviceName(before + address), account: 'credbridge', owner: ourselves }
}

export function isTokenPlace({ endpoint, account, owner }: Place): boolean {
  return owner === ourselves && account === 'credbridge' && endpoint.key.startsWith(before)
}

/** The first word of the name of a copy. */
export const copyWord = 'copy of '

/** Whether an item of another store is a copy of what the server has. */
export function isCopyPlace({ endpoint, account, owner }: Place): boolean {
  return owner === ourselves && account === 'credbridge' && endpoint.key.startsWith(copyWord)
}
