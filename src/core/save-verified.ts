import type { Asker } from './asker.ts'
import { type Credential, type Found, isCredential, samePlace, sameValue } from './credential.ts'
import { Failure } from './failure.ts'
import type { Saving } from './saving.ts'
import type { Store } from './store.ts'

/** Somebody else's erase may come between a save and the look at it; so may a login that removes its former account. */
const attempts = 5

/** Saves and looks whether the store keeps it; `before`: what was at the endpoint until then. */
export async function saveVerified(
  store: Store,
  asker: Asker,
  credential: Credential,
  before: readonly Found[],
  { oneAccount = false }: Saving,
): Promise<void> {
  for (let left = attempts; left > 0; left--) {
    await store.save(asker, credential)
    if (await isKept(store, asker, credential, before, oneAccount)) return
  }
  throw new Failure('internal', `the ${store.name} store did not keep the credential for ${credential.endpoint.key}`, {
    hints: ['credbridge doctor'],
  })
}

/**
 * Somebody else's newer value is as good as ours, and where a tool keeps one account, a newer login of another one.
 * Nothing at all, or the value from before, says that ours was erased or lost.
 */
async function isKept(
  store: Store,
  asker: Asker,
  credential: Credential,
  before: readonly Found[],
  oneAccount: boolean,
): Promise<boolean> {
  const { endpoint, account, owner } = credential
  const now = await store.find(asker, [endpoint], oneAccount ? undefined : account)
  const own = now.filter(isCredential).filter((item) => item.owner === owner)
  const kept = own.find((item) => samePlace(item, credential))
  if (kept !== undefined && (sameValue(kept, credential) || !wasThere(kept, before))) return true
  return oneAccount && own.some((item) => item.account !== account && !wasThere(item, before))
}

function wasThere(item: Credential, before: readonly Found[]): boolean {
  return before.filter(isCredential).some((one) => samePlace(one, item) && sameValue(one, item))
}
