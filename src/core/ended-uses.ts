import type { BrokerParts } from './broker-parts.ts'
import { type Entry, isNote, type NoteItem, type Owner, toolOf } from './credential.ts'
import { type Endpoint, sameEndpoint } from './endpoint.ts'

/** A tool that no longer uses others' items at an endpoint. */
export interface EndedUse {
  readonly tool: Owner
  readonly endpoint: Endpoint
  /** Absent: for all accounts. */
  readonly account?: string
  /** When a server refused the secret, in milliseconds since 1970; absent if the tool or a person ended the use. */
  readonly refusedAt?: number
  /** Whether `credbridge restore` can lift it. */
  readonly restorable: boolean
}

/**
 * The ended uses, one for each `ended` note among these entries. An entry has only the note's place, so the notes are
 * read from the store. If the store cannot be read, the reasons are left out.
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

/** Whether the tool no longer gets this entry. */
export function isWithheld({ endpoint, account, owner }: Entry, use: EndedUse): boolean {
  return owner !== use.tool && sameEndpoint(endpoint, use.endpoint) && (use.account ?? account) === account
}
