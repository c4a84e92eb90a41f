import { parseAddress } from '../../core/endpoint.ts'
import type { ForeignHelper } from '../tool.ts'
import { proofOf } from './token.ts'

/** cargo's own `cargo:libsecret` provider: one item for each index. The secret is the whole Authorization value. */
export const cargoLibsecret: ForeignHelper = {
  name: 'cargo',
  searches: [{ 'xdg:schema': 'org.rust-lang.cargo.registry' }],

  read({ url }, text) {
    return url === undefined
      ? undefined
      : { endpoint: parseAddress(url), account: '', owner: 'cargo', ...proofOf(text) }
  },
}
