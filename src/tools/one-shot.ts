import type { Credential, Entry, Owner } from '../core/credential.ts'
import { type Failure, isFailure, withHints } from '../core/failure.ts'
import { formatFailure, printable } from '../core/failure-text.ts'
import { hint } from '../core/hint.ts'
import type { Listing } from '../core/listing.ts'
import type { Removal } from '../core/remove.ts'
import type { Saving } from '../core/saving.ts'
import type { Secret } from '../core/secret.ts'
import type { Answer, Lookup } from '../core/selection.ts'
import type { CallData, Conversation, Dialect, Input, Reading, Reply } from './dialect.ts'
import * as conversation from './dialect.ts'
import { howToKeep, type Wanted } from './not-kept.ts'

/** The request in one message from the client. */
export type Intent =
  | { readonly do: 'reply'; readonly reply: Reply }
  /** `wanted`: present if nothing found means that the client fails, so that a person reads how to keep it. */
  | {
      readonly do: 'find'
      readonly lookup: Lookup
      readonly found: (answer: Answer) => Reply
      readonly wanted?: Wanted | undefined
    }
  | { readonly do: 'save'; readonly credential: Credential; readonly saving?: Saving }
  /** `absent`: the reply if there was nothing to remove, by default `done`. `beside`: a second removal. */
  | { readonly do: 'remove'; readonly removal: Removal; readonly absent?: Reply; readonly beside?: Removal | undefined }
  | { readonly do: 'list'; readonly listing: Listing; readonly found: (entries: readonly Entry[]) => Reply }
  /** A person types a secret; `answered` returns the next request. */
  | { readonly do: 'ask'; readonly question: string; readonly answered: (secret: Secret) => Intent }

/** A protocol of one message and one reply. Its functions are pure; its fixed replies are data. */
export interface OneShot {
  readonly tool: Owner
  /** How this call reads standard input; `undefined`: it does not. */
  reading(call: CallData): Reading | undefined
  /** Interprets the arguments and the message. Throws `malformed` if they are not a request. */
  read(call: CallData, input: Input): Intent
  /** The reply if nothing was found. */
  readonly absent: Reply
  /** The reply after a save or a removal. */
  readonly done: Reply
  broken(failure: Failure, text: string): Reply
  /** The reply if several accounts match and none is preferred. For `absent`, a person on a terminal still sees why. */
  readonly ambiguous: 'absent' | 'broken'
  /** With this setting a locked store counts as empty for a client that only reads. The failure's hint names it. */
  readonly whenLocked?: { readonly setting: string; readonly value: string }
}

/** Makes a dialect of a one-shot protocol. */
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
      return yield* looking(protocol, protocol.absent, found(protocol, intent))
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

function* found(
  { absent, ambiguous }: OneShot,
  { lookup, found: print, wanted }: Extract<Intent, { do: 'find' }>,
): Conversation {
  try {
    const answer = yield* conversation.find(lookup)
    if (answer !== undefined) return print(answer)
    return wanted === undefined ? absent : { ...absent, stderr: absent.stderr + (yield* howToKeep(wanted)) }
  } catch (error) {
    if (ambiguous !== 'absent' || !isFailure(error) || error.code !== 'ambiguous') throw error
    return (yield* conversation.isPersonReading()) ? { ...absent, stderr: formatFailure(error) } : absent
  }
}

function* listed({ listing, found }: Extract<Intent, { do: 'list' }>): Conversation {
  return found(yield* conversation.list(listing))
}

/** Treats a locked store as empty if the person's setting says so, and reports that on standard error. */
function* looking({ whenLocked }: OneShot, nothing: Reply, look: Conversation): Conversation {
  try {
    return yield* look
  } catch (error) {
    if (whenLocked === undefined || !isFailure(error) || error.code !== 'locked') throw error
    const words = `${whenLocked.setting} = "${whenLocked.value}"`
    if ((yield* conversation.setting(whenLocked.setting)) === whenLocked.value) {
      return { ...nothing, stderr: `credbridge: ${printable(error.message)}; going on without a sign-in (${words})\n` }
    }
    throw withHints(error, [
      hint`to go on without a sign-in: ${whenLocked.setting} = "${whenLocked.value}" in config.toml`,
    ])
  }
}
