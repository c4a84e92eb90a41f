import type { Asker } from '../../core/asker.ts'
import { isCredential, isUnknown, type Place } from '../../core/credential.ts'
import { Failure } from '../../core/failure.ts'
import type { FarStore } from '../../core/far-store.ts'
import type { Secret } from '../../core/secret.ts'
import type { Traits } from '../../core/store.ts'
import type { Request } from '../../remote/requests.ts'
import { concurrencyLimit } from '../../system/concurrency-limit.ts'
import { refuseBeyond } from '../limits.ts'
import { refusingNames } from '../names.ts'
import { allKinds, farBroker } from './broker.ts'
import { ask, type Far } from './conversation.ts'

const traits: Traits = {
  lasts: 'forever',
  accounts: 'several',
  emptySecret: true,
  extras: false,
  list: true,
  elsewhere: true,
}

/**
 * The credentials that `credbridge serve` on another machine grants. Tools ask the broker there. For a caller that reads
 * items, each endpoint holds at most the one answer that the asking tool gets. Nothing is written on this machine.
 */
export function remoteStore(name: string, far: () => Far): FarStore {
  const asking = (request: Request) => ask(far(), request)
  const alone = concurrencyLimit(1)

  async function removed(place: Place, secret: Secret | undefined): Promise<boolean> {
    const { endpoint, account, owner: tool } = place
    const named = { tool, kinds: allKinds, endpoint, account }
    return farBroker(asking, tool).remove(secret === undefined ? named : { ...named, secret })
  }

  const store = refusingNames({
    name,
    traits,
    check: async ({ tool }: Asker) => void (await farBroker(asking, tool).list()),

    async find({ tool }, endpoints, account) {
      const named = account === undefined ? {} : { account }
      const broker = farBroker(asking, tool)
      const all = []
      for (const endpoint of endpoints) {
        const answer = await broker.find({ tool, kinds: allKinds, endpoints: [endpoint], ...named })
        if (answer !== undefined) all.push(answer.credential)
      }
      return all
    },

    async save(_asker, item, condition) {
      refuseBeyond({ ...traits, extras: true }, name, item)
      if (!isCredential(item) || isUnknown(item)) throw onlyCredentials()
      if (condition !== undefined) throw onlyCredentials()
      await farBroker(asking, item.owner).save(item)
      return true
    },

    remove: async (_asker, place, expected) => removed(place, expected),
    list: ({ tool }) => farBroker(asking, tool).list(),
    alone: (_asker, _place, work) => alone(() => work(() => {})),
  })
  return { ...store, broker: ({ tool }) => farBroker(asking, tool) }
}

function onlyCredentials(): Failure {
  return new Failure('unsupported', 'the remote store passes on credentials and nothing else')
}
