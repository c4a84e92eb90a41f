import type { Broker } from '../../core/broker.ts'
import { type Kind, kinds, type Owner } from '../../core/credential.ts'
import { entriesIn, foundIn, removedIn, savedIn } from '../../remote/answers.ts'
import type { Request } from '../../remote/requests.ts'
import { lookingActions, nothingRestorable } from './only-there.ts'

/** The broker of the machine that serves, as this machine reaches it: it decides, and nothing is decided here again. */
export function farBroker(ask: (request: Request) => Promise<unknown>, tool: Owner): Broker {
  const list = async () => entriesIn(await ask({ do: 'list', listing: { tool, kinds: allKinds } }), tool)
  return {
    find: async (lookup) => foundIn(await ask({ do: 'find', lookup }), lookup.tool),
    save: async (credential, saving = {}) => savedIn(await ask({ do: 'save', credential, saving })),
    remove: async (removal) => removedIn(await ask({ do: 'remove', removal })),
    list,
    problems: async () => [],
    listFor: async (listing) => entriesIn(await ask({ do: 'list', listing }), listing.tool),
    restorable: async () => nothingRestorable,
    personActions: async () => lookingActions(list),
  }
}

/** What a lookup that does not say what its wire carries may get. */
export const allKinds: readonly Kind[] = kinds.filter((kind) => kind !== 'token' && kind !== 'minted')
