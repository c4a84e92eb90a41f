import type { BrokerParts } from './broker-parts.ts'
import { type Entry, isNote, type NoteItem, type Owner, toolOf } from './credential.ts'
import { type Endpoint, sameEndpoint } from './endpoint.ts'

/** A tool that uses what others saved at an endpoint no longer. */
export interface EndedUse {
  readonly tool: Owner
  readonly endpoint: Endpoint
  /** For this account; absent for all. */
  readonly account?: string
  /** A server refused it then, in milliseconds since 1970; absent where the tool, or a person, ended it on purpose. */
  readonly refusedAt?: number
  /** `credbridge restore` lifts it. */
  readonly restorable: boolean
}

/**
 * The uses that ended, for each such note among these entries. A list opens nothing, so that it says of a note only where it
 * is; what it says stands in the store. A store that cannot be read now leaves the reasons out.
 */
export async function endedUses(
  { stores: [first], asker, now, restorable }: BrokerParts,
  entries: readonly Entry[],
): Promise<readonly EndedUse[]> {
  const ended = entries.filter(({ kind }) => kind === 'ended')
  if (ended.length === 0) return []
  const endpoints = ended
    .map(({ endpoint }) => endpoint)
    .filter((one, at, all) => all.findIndex((other) => sameEndpoint(one, other)) === at)
  const found = await first.find(asker, endpoints).catch(() => undefined)
  const notes = found?.filter(isNote).filter(({ kind }) => kind === 'ended')
  if (notes !== undefined) return notes.map(useIn)
  return ended.map(({ endpoint, account, owner }) => {
    return { tool: toolOf(owner), endpoint, ...(account === '' ? {} : { account }), restorable: false }
  })

  function useIn({
    endpoint,
    account,
    owner,
    everyAccount,
    until,
    savedAt,
  }: NoteItem & { savedAt?: number }): EndedUse {
    return {
      tool: toolOf(owner),
      endpoint,
      ...(everyAccount === true ? {} : { account }),
      ...(until === undefined ? {} : { refusedAt: savedAt ?? restorable.madeAt(until) }),
      restorable: until !== undefined && until > now(),
    }
  }
}

/** Whether the entry is what the tool does not get any longer. */
export function isWithheld({ endpoint, account, owner }: Entry, use: EndedUse): boolean {
  return owner !== use.tool && sameEndpoint(endpoint, use.endpoint) && (use.account ?? account) === account
}
