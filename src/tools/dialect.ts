import type { Credential, Entry, Owner } from '../core/credential.ts'
import type { Failure } from '../core/failure.ts'
import type { Listing } from '../core/listing.ts'
import type { Removal } from '../core/remove.ts'
import type { Saving } from '../core/saving.ts'
import type { Secret } from '../core/secret.ts'
import type { Answer, Lookup } from '../core/selection.ts'
import type { Environment } from '../system/machine.ts'

/** The reply to the client: the text for both streams and the exit code. */
export interface Reply {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

/** The client's request without its input. */
export interface CallData {
  /** The name of the credbridge command that the client started. */
  readonly command: string
  readonly words: readonly string[]
  readonly env: Environment
  /** The client's working directory. It is data: no settings are read from it. */
  readonly folder: string
}

/** One message from the client. */
export interface Input {
  readonly bytes: Uint8Array
  /** The whole message as text. Input that is not UTF-8 is `malformed`. */
  text(): string
}

/** The size limit of a message, in bytes, and where the message ends. */
export interface Reading {
  readonly atMost: number
  /** Returns the end of the message; `undefined` if it is incomplete. Absent: the message is the whole input. */
  readonly ends?: (bytes: Uint8Array) => number | undefined
  /** Do not read a terminal. The message is then empty, and the dialect may ask the person instead. */
  readonly notFromPerson?: boolean
}

/** A dialect's request to the engine. The functions below yield one and return its result. */
export type Request =
  | { readonly do: 'read'; readonly reading: Reading }
  | { readonly do: 'read-line'; readonly atMost: number }
  | { readonly do: 'print'; readonly stdout: string }
  | { readonly do: 'ask'; readonly question: string }
  | { readonly do: 'is-person-reading' }
  | { readonly do: 'tell-past-client'; readonly text: string }
  | { readonly do: 'find'; readonly lookup: Lookup }
  | { readonly do: 'save'; readonly credential: Credential; readonly saving?: Saving | undefined }
  | { readonly do: 'remove'; readonly removal: Removal }
  | { readonly do: 'list'; readonly listing: Listing }
  | { readonly do: 'setting'; readonly name: string }
  | { readonly do: 'check'; readonly check: () => Promise<void> }

/** A conversation in progress. It yields requests and returns the last reply. The engine throws failures into it. */
export type Conversation<Result = Reply> = Generator<Request, Result, unknown>

/** A client's protocol: one call of the client as a conversation. Pure: it has no side effects and no state. */
export interface Dialect {
  readonly tool: Owner
  converse(call: CallData): Conversation
  /** The reply to a failure. `text` is for a person: the message and the hints, ended by a newline. */
  broken(failure: Failure, text: string): Reply
}

/** Reads one message. A message over the limit is `malformed`; a client that is too slow is `timeout`. */
export function* read(reading: Reading): Conversation<Input> {
  return (yield { do: 'read', reading }) as Input
}

/** Reads one line without its end; `undefined` at the end of the input. Over `atMost` bytes: `malformed`. */
export function* readLine(atMost: number): Conversation<string | undefined> {
  return (yield { do: 'read-line', atMost }) as string | undefined
}

/** Prints without ending the conversation. */
export function* print(stdout: string): Conversation<void> {
  yield { do: 'print', stdout }
}

/** Lets a person type a secret on the terminal, without echo. No person to ask: `refused`. */
export function* ask(question: string): Conversation<Secret> {
  return (yield { do: 'ask', question }) as Secret
}

/** Whether standard error is a terminal. */
export function* isPersonReading(): Conversation<boolean> {
  return (yield { do: 'is-person-reading' }) as boolean
}

/** Tells the person at the client's terminal what the client would not pass on. Nobody hears it if there is none. */
export function* tellPastClient(text: string): Conversation<void> {
  yield { do: 'tell-past-client', text }
}

/** Finds the credential that answers the lookup (core/broker.ts); `undefined` if there is none. */
export function* find(lookup: Lookup): Conversation<Answer | undefined> {
  return (yield { do: 'find', lookup }) as Answer | undefined
}

/** Saves a credential as the tool's own. */
export function* save(credential: Credential, saving?: Saving): Conversation<'saved' | 'unchanged' | 'expired'> {
  return (yield { do: 'save', credential, saving }) as 'saved' | 'unchanged' | 'expired'
}

/** Removes the tool's own credentials and ends its use of other tools' ones. Returns whether that changed anything. */
export function* remove(removal: Removal): Conversation<boolean> {
  return (yield { do: 'remove', removal }) as boolean
}

/** Returns the entries that the tool may list as its own. */
export function* list(listing: Listing): Conversation<readonly Entry[]> {
  return (yield { do: 'list', listing }) as readonly Entry[]
}

/** Returns a setting of the person; `undefined` if it is not set. */
export function* setting(name: string): Conversation<string | undefined> {
  return (yield { do: 'setting', name }) as string | undefined
}

/** Runs a check on something outside the dialect before it answers. A failure of the check ends the conversation. */
export function* check(work: () => Promise<void>): Conversation<void> {
  yield { do: 'check', check: work }
}

export function reply(stdout: string, exitCode = 0): Reply {
  return { stdout, stderr: '', exitCode }
}
