import { isCredential } from '../../src/core/credential.ts'
import { parseAddress } from '../../src/core/endpoint.ts'
import { samePlace } from '../../src/core/same.ts'
import { Secret } from '../../src/core/secret.ts'
import { thisClientMachine } from '../../src/edge/this-client.ts'
import { openStore } from '../../src/stores/open.ts'
import { someone } from '../asker.ts'

/*
 * A process that counts in a store: how many times, and whether it takes turns or tries until its condition holds.
 */

const [name = '', how = '', times = ''] = process.argv.slice(2)
const settings = { stores: undefined, vaultKeyFile: undefined, secretServiceSession: 'plain' } as const
const store = await openStore(name, settings, thisClientMachine())
const place = { endpoint: parseAddress('https://count.example.com'), account: 'ann', owner: 'git' }

async function countOn(): Promise<boolean> {
  const here = (await store.find(someone, [place.endpoint], place.account)).filter(isCredential)
  const before = here.find((item) => samePlace(item, place))
  const count = Number(before?.secret.expose() ?? '0') + 1
  const item = { ...place, kind: 'basic' as const, secret: new Secret(`${count}`) }
  if (how === 'conditions') return store.save(someone, item, { replaces: before })
  await store.save(someone, item)
  return true
}

for (let done = 0; done < Number(times); ) {
  const counted = how === 'turns' ? await store.alone(someone, place, countOn) : await countOn()
  if (counted) done++
}
