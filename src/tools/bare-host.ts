import { type Address, parseAddress } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'

/** The endpoint of a bare `host` or `host:port`, which means https. Anything more than that is `malformed`. */
export function endpointOfHost(host: string): Address {
  for (const mark of '/\\?#@') if (host.includes(mark)) throw new Failure('malformed', 'that is not a host')
  return parseAddress(`https://${host}`)
}

/** The same; `undefined` for what is not a host. */
export function endpointIn(host: string): Address | undefined {
  try {
    return endpointOfHost(host)
  } catch {
    return undefined
  }
}
