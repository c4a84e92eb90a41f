import type { Asker } from './asker.ts'
import { type Credential, type Found, isCredential, samePlace, sameValue } from './credential.ts'
import { Failure } from './failure.ts'
import { copiesEndpoint } from './restorable.ts'
import type { Saving } from './saving.ts'
import type { Store } from './store.ts'

/** If a tool keeps one account, a login at the same time may remove the credential that this one has just written. */
const attempts = 3

/**
 * Saves the credential and reads it back. `before` are the items that were at the endpoint. Returns the items read,
 * with the copies at `copiesEndpoint`, so that the caller can remove those past their time.
 */
export async function saveVerified(
  store: Store,
  asker: Asker,
  credential: Credential,
  before: readonly Found[],
  { oneAccount = false }: Saving,
): Promise<readonly Found[]> {
  const { endpoint, account } = credential
  for (let left = oneAccount ? attempts : 1; left > 0; left--) {
    await store.save(asker, credential)
    const found = await store.find(asker, [endpoint, copiesEndpoint], oneAccount ? undefined : account)
    if (isKept(found, credential, before, oneAccount)) return found
  }
  throw new Failure('internal', `the ${store.name} store did not keep the credential for ${credential.endpoint.key}`, {
    hints: ['credbridge doctor'],
  })
}

/**
 * Another process's newer value counts as success. If the tool keeps one account, so does a newer login with another
 * account. Only no value, or the value from before, means that this one was lost.
 */
function isKept(
  found: readonly Found[],
  credential: Credential,
  before: readonly Found[],
  oneAccount: boolean,
): boolean {
  const { account, owner } = credential
  const own = found.filter(isCredential).filter((item) => item.owner === owner)
  const kept = own.find((item) => samePlace(item, credential))
  if (kept !== undefined && (sameValue(kept, credential) || !wasThere(kept, before))) return true
  return oneAccount && own.some((item) => item.account !== account && !wasThere(item, before))
}

function wasThere(item: Credential, before: readonly Found[]): boolean {
  return before.filter(isCredential).some((one) => samePlace(one, item) && sameValue(one, item))
}
