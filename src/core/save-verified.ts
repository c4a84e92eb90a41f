import type { Asker } from './asker.ts'
import { copiesEndpoint } from './copies-endpoint.ts'
import { type Credential, isCredential, type StoredItem } from './credential.ts'
import { Failure } from './failure.ts'
import { hint } from './hint.ts'
import { samePlace, sameValue } from './same.ts'
import type { Saving } from './saving.ts'
import type { Store } from './store.ts'

/** Between a save and its check another process may erase the item, or a login may remove its former account. */
const attempts = 5

/**
 * Saves the credential and reads it back. `before` are the items that were at the endpoint. Returns the items read,
 * with the copies at `copiesEndpoint`, so that the caller can remove those past their time.
 */
export async function saveVerified(
  store: Store,
  asker: Asker,
  credential: Credential,
  before: readonly StoredItem[],
  { oneAccount = false }: Saving,
): Promise<readonly StoredItem[]> {
  const { endpoint, account } = credential
  for (let left = attempts; left > 0; left--) {
    await store.save(asker, credential)
    const found = await store.find(asker, [endpoint, copiesEndpoint], oneAccount ? undefined : account)
    if (isKept(found, credential, before, oneAccount)) return found
  }
  throw new Failure('internal', `the ${store.name} store did not keep the credential for ${credential.endpoint.key}`, {
    hints: [hint`credbridge doctor`],
  })
}

/**
 * Another process's newer value is as good as ours, and so is a newer login of another account where a tool keeps one.
 * If there is no item, or the former value, ours was erased or lost.
 */
function isKept(
  found: readonly StoredItem[],
  credential: Credential,
  before: readonly StoredItem[],
  oneAccount: boolean,
): boolean {
  const { account, owner } = credential
  const own = found.filter(isCredential).filter((item) => item.owner === owner)
  const kept = own.find((item) => samePlace(item, credential))
  if (kept !== undefined && (sameValue(kept, credential) || !wasThere(kept, before))) return true
  return oneAccount && own.some((item) => item.account !== account && !wasThere(item, before))
}

function wasThere(item: Credential, before: readonly StoredItem[]): boolean {
  return before.filter(isCredential).some((one) => samePlace(one, item) && sameValue(one, item))
}
