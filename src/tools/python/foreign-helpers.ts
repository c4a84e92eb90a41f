import { parseAddress } from '../../core/endpoint.ts'
import { Secret } from '../../core/secret.ts'
import type { ForeignHelper } from '../tool.ts'

/** uv's native store. The service is `uv:` and the host, with its scheme if that is not https, or a whole URL. */
export const uvNative: ForeignHelper = {
  name: 'uv',
  searches: [{ application: 'uv' }],

  read({ service, username }, text) {
    if (service?.startsWith('uv:') !== true || username === undefined) return undefined
    const place = service.slice('uv:'.length)
    const endpoint = parseAddress(place.includes('://') ? place : `https://${place}`)
    return { endpoint, account: username, owner: 'uv', kind: 'basic', secret: new Secret(text) }
  },
}
