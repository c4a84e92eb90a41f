import { type Credential, isCredential } from '../../src/core/credential.ts'
import { parseAddress } from '../../src/core/endpoint.ts'
import { type Grant, grantOf } from '../../src/core/grant.ts'
import { Secret } from '../../src/core/secret.ts'
import { tokenCredential } from '../../src/core/token.ts'
import { thisClientMachine } from '../../src/edge/this-client.ts'
import { openStore } from '../../src/stores/open.ts'
import { someone } from '../asker.ts'

/*
 * A process that saves a token in a store, as the end of a sign-in does, or prints what the store has. It reads an order
 * from its standard input.
 */

export interface TokenOrder {
  readonly store: string
  readonly endpoint: string
  readonly account: string
  /** Absent: the token is printed. */
  readonly save?: {
    readonly grant: Grant
    readonly accessToken: string
    readonly refreshToken?: string
    readonly expires?: number
  }
}

/** What is printed of a token. */
export interface KeptToken {
  readonly accessToken: string
  readonly refreshToken?: string
  readonly expires?: number
  readonly grant: Grant
}

let text = ''
for await (const chunk of process.stdin) text += chunk
const { store: name, endpoint, account, save } = JSON.parse(text) as TokenOrder
const settings = { stores: undefined, vaultKeyFile: undefined, secretServiceSession: 'plain' } as const
const store = await openStore(name, settings, thisClientMachine())
const place = { endpoint: parseAddress(endpoint), account, owner: 'person' }

if (save !== undefined) {
  const { grant, accessToken, refreshToken, expires } = save
  const issued = {
    accessToken: new Secret(accessToken),
    ...(refreshToken === undefined ? {} : { refreshToken: new Secret(refreshToken) }),
    ...(expires === undefined ? {} : { expires }),
  }
  await store.save(someone, tokenCredential(place, grant, issued))
} else {
  const items = await store.find(someone, [place.endpoint], account)
  const tokens = items.filter(isCredential).filter(({ kind }) => kind === 'token')
  process.stdout.write(JSON.stringify(tokens.map(plain)))
}

function plain(token: Credential): KeptToken {
  const { secret, refreshToken, expires } = token
  return {
    accessToken: secret.expose(),
    ...(refreshToken === undefined ? {} : { refreshToken: refreshToken.expose() }),
    ...(expires === undefined ? {} : { expires }),
    grant: grantOf(token),
  }
}
