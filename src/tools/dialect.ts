import type { Credential, Entry, Owner } from '../core/credential.ts'
import type { Failure } from '../core/failure.ts'
import type { Listing } from '../core/listing.ts'
import type { Removal } from '../core/remove.ts'
import type { Saving } from '../core/saving.ts'
import type { Secret } from '../core/secret.ts'
import type { Answer, Lookup } from '../core/selection.ts'
import type { Environment } from '../system/machine.ts'

/** What goes back to the client: the text on both streams and the exit code. */
export interface Reply {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

/** What the client asks for, as far as it stands outside its input. */
export interface CallData {
  /** The name of our command that it started. */
  readonly command: string
  readonly words: readonly string[]
  readonly env: Environment
  /** Its working directory: data, never a place to read settings from. */
  readonly folder: string
}

/** One message of the client. */
export interface Input {
  readonly bytes: Uint8Array
  /** The whole message as text; anything but UTF-8 is `malformed`. */
  text(): string
}

/** How much a message may be, in bytes, and how it ends. */
export interface Reading {
  readonly atMost: number
  /** Where the message ends, if that may be before the end of the input. Absent: it is the whole input. */
  readonly ends?: (bytes: Uint8Array) => number | undefined
  /** A terminal is not read: the message is empty then, and the dialect may ask instead. */
  readonly notFromPerson?: boolean
}

/** What a dialect asks the engine to do. The functions below ask and give back what came of it. */
export type Request =
  | { readonly do: 'read'; readonly reading: Reading }
  | { readonly do: 'read-line'; readonly atMost: number }
  | { readonly do: 'print'; readonly stdout: string }
  | { readonly do: 'ask'; readonly question: string }
  | { readonly do: 'is-person-reading' }
  | { readonly do: 'find'; readonly lookup: Lookup }
  | { readonly do: 'save'; readonly credential: Credential; readonly saving?: Saving | undefined }
  | { readonly do: 'remove'; readonly removal: Removal }
  | { readonly do: 'list'; readonly listing: Listing }
  | { readonly do: 'setting'; readonly name: string }
  | { readonly do: 'check'; readonly check: () => Promise<void> }

/** A conversation in progress: yields requests, and returns the last reply. The engine throws a failure into it. */
export type Conversation<Result = Reply> = Generator<Request, Result, unknown>

/** A client's protocol: one call of the client as a conversation. Pure: it touches nothing and keeps nothing. */
export interface Dialect {
  readonly tool: Owner
  converse(call: CallData): Conversation
  /** The reply to what is broken; `text` is for a person, with hints, and ends in a newline. */
  broken(failure: Failure, text: string): Reply
}

/** Reads one message. More than it may be is `malformed`, too slow `timeout`. */
export function* read(reading: Reading): Conversation<Input> {
  return (yield { do: 'read', reading }) as Input
}

/** Reads one line without its end; `undefined` at the end of the input. Longer than that, in bytes: `malformed`. */
export function* readLine(atMost: number): Conversation<string | undefined> {
  return (yield { do: 'read-line', atMost }) as string | undefined
}

/** Prints while the conversation goes on. */
export function* print(stdout: string): Conversation<void> {
  yield { do: 'print', stdout }
}

/** A person types a secret on the terminal itself, unseen. Nobody there: `refused`. */
export function* ask(question: string): Conversation<Secret> {
  return (yield { do: 'ask', question }) as Secret
}

/** Whether what is said on standard error reaches a terminal. */
export function* isPersonReading(): Conversation<boolean> {
  return (yield { do: 'is-person-reading' }) as boolean
}

/** What answers the lookup (core/broker.ts); nothing: `undefined`. */
export function* find(lookup: Lookup): Conversation<Answer | undefined> {
  return (yield { do: 'find', lookup }) as Answer | undefined
}

/** Keeps a credential as the tool's own. */
export function* save(credential: Credential, saving?: Saving): Conversation<'saved' | 'unchanged' | 'expired'> {
  return (yield { do: 'save', credential, saving }) as 'saved' | 'unchanged' | 'expired'
}

/** Removes what the tool saved, and ends its use of what others did; whether that changed anything. */
export function* remove(removal: Removal): Conversation<boolean> {
  return (yield { do: 'remove', removal }) as boolean
}

/** What the tool may list as its own. */
export function* list(listing: Listing): Conversation<readonly Entry[]> {
  return (yield { do: 'list', listing }) as readonly Entry[]
}

/** What a person has set for the tool; `undefined` for what is as usual. */
export function* setting(name: string): Conversation<string | undefined> {
  return (yield { do: 'setting', name }) as string | undefined
}

/** Lets something be looked at that a dialect cannot see, before it gives an answer. What the check throws ends it. */
export function* check(work: () => Promise<void>): Conversation<void> {
  yield { do: 'check', check: work }
}

export function reply(stdout: string, exitCode = 0): Reply {
  return { stdout, stderr: '', exitCode }
}
