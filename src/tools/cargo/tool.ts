import { parseAddress } from '../../core/endpoint.ts'
import { Secret } from '../../core/secret.ts'
import type { ForeignHelper, Tool } from '../tool.ts'

/** cargo's own `cargo:libsecret` provider: one item for each index. The secret is the whole Authorization value. */
const cargoLibsecret: ForeignHelper = {
  name: 'cargo',
  searches: [{ 'xdg:schema': 'org.rust-lang.cargo.registry' }],

  read({ url }, text) {
    if (url === undefined) return undefined
    const place = { endpoint: parseAddress(url), account: '', owner: 'cargo' }
    const space = text.indexOf(' ')
    const [scheme, secret] = [text.slice(0, Math.max(space, 0)), new Secret(text.slice(space + 1))]
    return scheme === 'Bearer' ? { ...place, kind: 'bearer', secret } : { ...place, kind: 'header', scheme, secret }
  },
}

/** So far credbridge imports cargo's credentials but does not answer cargo. */
export const cargoTool: Tool = {
  name: 'cargo',
  title: 'cargo',
  commands: [],
  foreignHelpers: [cargoLibsecret],
}
