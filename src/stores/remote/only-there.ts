import type { Entry } from '../../core/credential.ts'
import { sameEndpoint } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { PersonActions } from '../../core/person-actions.ts'
import type { Restorable } from '../../core/restorable.ts'

/* What a person can do is done on the machine that keeps the credentials. From here a person sees what is granted. */

/** What of a person's actions only looks. `list`: the entries that are granted. */
export function lookingActions(list: () => Promise<readonly Entry[]>): PersonActions {
  const entriesAt: PersonActions['entriesAt'] = async (endpoint, account) =>
    (await list()).filter(
      (entry) => sameEndpoint(entry.endpoint, endpoint) && (account === undefined || entry.account === account),
    )
  return {
    entriesAt,
    reachable: entriesAt,
    minted: async () => [],
    tokens: async () => [],
    endedUses: async () => [],
    set: onlyThere,
    remove: onlyThere,
    removeUnreadable: onlyThere,
    setDefault: onlyThere,
    unsetDefault: onlyThere,
    share: onlyThere,
    unshare: onlyThere,
  }
}

/** The copies there are not shown, and there are none here. */
export const nothingRestorable: Restorable = {
  keep: async () => false,
  forget: async () => 0,
  sweep: async () => 0,
  all: async () => [],
  at: async () => [],
  restore: onlyThere,
  resume: onlyThere,
  until: () => undefined,
  madeAt: (until) => until,
}

async function onlyThere(): Promise<never> {
  throw new Failure('unsupported', 'this is only possible on the machine that keeps the credentials', {
    hints: [hint`run the command there`],
  })
}
