import { type Address, parseAddress } from '../../core/endpoint.ts'
import { isFailure } from '../../core/failure.ts'

/** Whether cargo reads the index over HTTP. Any other index is a git repository. */
export function isSparse(index: string): boolean {
  return index.startsWith('sparse+')
}

/** The address of an index; `undefined` if it has no host. */
export function addressIn(index: string): Address | undefined {
  try {
    return parseAddress(index)
  } catch (error) {
    if (isFailure(error)) return undefined
    throw error
  }
}
