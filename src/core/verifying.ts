import type { Saving } from './broker.ts'
import { type Credential, type Found, isCredential, samePlace, sameValue } from './credential.ts'
import { Failure } from './failure.ts'
import type { Store } from './store.ts'

/**
 * Looks whether a store keeps what it was given. Somebody else's newer value is as good as ours, and where a tool keeps
 * one account, a newer login of another one; only nothing at all or the value from before says that ours was lost.
 */
export async function verify(
  store: Store,
  credential: Credential,
  before: readonly Found[],
  { oneAccount = false }: Saving,
): Promise<void> {
  const { endpoint, account, owner } = credential
  const now = await store.find([endpoint], oneAccount ? undefined : account)
  const own = now.filter(isCredential).filter((item) => item.owner === owner)
  const kept = own.find((item) => samePlace(item, credential))
  if (kept !== undefined && (sameValue(kept, credential) || !wasThere(kept, before))) return
  if (oneAccount && own.some((item) => item.account !== account && !wasThere(item, before))) return
  throw new Failure('internal', `the ${store.name} store did not keep the credential for ${endpoint.key}`, {
    hints: ['credbridge doctor'],
  })
}

function wasThere(item: Credential, before: readonly Found[]): boolean {
  return before.filter(isCredential).some((one) => samePlace(one, item) && sameValue(one, item))
}
