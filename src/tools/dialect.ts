import type { Removal, Saving } from '../core/broker.ts'
import type { Credential, Entry, Owner } from '../core/credential.ts'
import type { Failure } from '../core/failure.ts'
import type { Listing } from '../core/listing.ts'
import type { Secret } from '../core/secret.ts'
import type { Answer, Lookup } from '../core/selection.ts'

/** What goes back to the client: the bytes on both streams and the exit code. */
export interface Reply {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

/** What the client wrote, under the one discipline of `edge/lines.ts`. */
export interface Input {
  readonly bytes: Uint8Array
  /** The whole input as text; anything but UTF-8 is `malformed`. */
  text(): string
  /** The lines up to the first empty one or the end; a stray CR, a NUL or a line that is too long is `malformed`. */
  lines(): readonly string[]
}

/** What a client's words mean. */
export type Request =
  | { readonly do: 'reply'; readonly reply: Reply }
  | { readonly do: 'find'; readonly lookup: Lookup; readonly found: (answer: Answer) => Reply | Promise<Reply> }
  | { readonly do: 'save'; readonly credential: Credential; readonly saving?: Saving }
  /** `absent`: how the client hears that there was nothing; as `done` unless said. */
  | { readonly do: 'remove'; readonly removal: Removal; readonly absent?: Reply }
  | { readonly do: 'list'; readonly listing: Listing; readonly found: (entries: readonly Entry[]) => Reply }
  /** A person types a secret, unseen, on the terminal itself; what follows depends on it. Nobody there: `refused`. */
  | { readonly do: 'ask'; readonly question: string; readonly answered: (answer: Secret) => Request }

/** How much a verb reads, and where its message ends if that may be before the end of the input. */
export interface Reading {
  readonly atMost: number
  readonly ends?: 'empty-line'
  /** A terminal is not read: the input is empty then, and the dialect may ask instead. */
  readonly notFromPerson?: boolean
}

/** A one-shot protocol: words and bytes in, one request out, replies as values. Pure; policy is data. */
export interface Dialect {
  readonly tool: Owner
  /** What this call reads from standard input; `undefined`: nothing at all. */
  reading(words: readonly string[]): Reading | undefined
  /** The request that the words and the input stand for. Throws `malformed` where they stand for none. */
  read(words: readonly string[], input: Input): Request
  /** Looked, and nothing there. */
  readonly absent: Reply
  /** Saved or removed. */
  readonly done: Reply
  /** Something is broken; `told` is the text for a person, with hints, ending in a newline. */
  broken(failure: Failure, told: string): Reply
  /** How several accounts with nothing to choose among them are heard. */
  readonly ambiguous: 'absent' | 'broken'
}

export function reply(stdout: string, exitCode = 0): Reply {
  return { stdout, stderr: '', exitCode }
}
