import type { Credential, Entry, Owner } from '../core/credential.ts'
import { type Failure, isFailure, withHints } from '../core/failure.ts'
import { formatFailure, printable } from '../core/failure-text.ts'
import type { Listing } from '../core/listing.ts'
import type { Removal } from '../core/remove.ts'
import type { Saving } from '../core/saving.ts'
import type { Secret } from '../core/secret.ts'
import type { Answer, Lookup } from '../core/selection.ts'
import type { CallData, Conversation, Dialect, Input, Reading, Reply } from './dialect.ts'
import * as conversation from './dialect.ts'

/** What one message of the client asks for. */
export type Intent =
  | { readonly do: 'reply'; readonly reply: Reply }
  | { readonly do: 'find'; readonly lookup: Lookup; readonly found: (answer: Answer) => Reply }
  | { readonly do: 'save'; readonly credential: Credential; readonly saving?: Saving }
  /** `absent`: how the client hears that there was nothing; as `done` unless given. `beside`: what goes with it. */
  | { readonly do: 'remove'; readonly removal: Removal; readonly absent?: Reply; readonly beside?: Removal | undefined }
  | { readonly do: 'list'; readonly listing: Listing; readonly found: (entries: readonly Entry[]) => Reply }
  /** A person types a secret; what follows depends on it. */
  | { readonly do: 'ask'; readonly question: string; readonly answered: (secret: Secret) => Intent }

/** A protocol of one message and one reply: read purely, print purely; what it says when is data. */
export interface OneShot {
  readonly tool: Owner
  /** What this call reads from standard input; `undefined`: nothing at all. */
  reading(call: CallData): Reading | undefined
  /** What the words and the message ask for. Throws `malformed` where they ask for nothing. */
  read(call: CallData, input: Input): Intent
  /** Looked, and nothing there. */
  readonly absent: Reply
  /** Saved or removed. */
  readonly done: Reply
  broken(failure: Failure, text: string): Reply
  /** How the client hears of several accounts with nothing to choose among them; the person reads it on a terminal. */
  readonly ambiguous: 'absent' | 'broken'
  /** A setting with which what is locked counts as absent for a client that only looks; its failure names it. */
  readonly whenLocked?: { readonly setting: string; readonly value: string }
}

/** The dialect of a protocol of one message and one reply. */
export function oneShot(protocol: OneShot): Dialect {
  return {
    tool: protocol.tool,
    broken: protocol.broken,
    *converse(call) {
      const reading = protocol.reading(call)
      const input = reading === undefined ? nothing : yield* conversation.read(reading)
      return yield* carryOut(protocol, protocol.read(call, input))
    },
  }
}

const nothing: Input = { bytes: new Uint8Array(), text: () => '' }

function* carryOut(protocol: OneShot, intent: Intent): Conversation {
  switch (intent.do) {
    case 'reply':
      return intent.reply
    case 'find':
      return yield* looking(protocol, protocol.absent, found(protocol, intent.lookup, intent.found))
    case 'save':
      yield* conversation.save(intent.credential, intent.saving)
      return protocol.done
    case 'remove': {
      const removed = yield* conversation.remove(intent.removal)
      if (intent.beside !== undefined) yield* conversation.remove(intent.beside)
      return removed ? protocol.done : (intent.absent ?? protocol.done)
    }
    case 'list':
      return yield* looking(protocol, intent.found([]), listed(intent))
    case 'ask':
      return yield* carryOut(protocol, intent.answered(yield* conversation.ask(intent.question)))
    default:
      return intent satisfies never
  }
}

function* found({ absent, ambiguous }: OneShot, lookup: Lookup, print: (answer: Answer) => Reply): Conversation {
  try {
    const answer = yield* conversation.find(lookup)
    return answer === undefined ? absent : print(answer)
  } catch (error) {
    if (ambiguous !== 'absent' || !isFailure(error) || error.code !== 'ambiguous') throw error
    return (yield* conversation.isPersonReading()) ? { ...absent, stderr: formatFailure(error) } : absent
  }
}

function* listed({ listing, found }: Extract<Intent, { do: 'list' }>): Conversation {
  return found(yield* conversation.list(listing))
}

/** Nothing is told of what is locked, where a person has said so, and that is said. */
function* looking({ whenLocked }: OneShot, nothing: Reply, look: Conversation): Conversation {
  try {
    return yield* look
  } catch (error) {
    if (whenLocked === undefined || !isFailure(error) || error.code !== 'locked') throw error
    const words = `${whenLocked.setting} = "${whenLocked.value}"`
    if ((yield* conversation.setting(whenLocked.setting)) === whenLocked.value) {
      return { ...nothing, stderr: `credbridge: ${printable(error.message)}; going on without a sign-in (${words})\n` }
    }
    throw withHints(error, [`to go on without a sign-in: ${words} in config.toml`])
  }
}
