import type { Asker } from './asker.ts'
import type { Entry, Found, Item, Place } from './credential.ts'
import type { Endpoint } from './endpoint.ts'
import type { Failure } from './failure.ts'
import type { Secret } from './secret.ts'

/** What a store can do. What it declares it cannot is answered `unsupported`, never quietly lost. */
export interface Traits {
  /** How long its contents last. */
  readonly lasts: 'process' | 'session' | 'reboot' | 'forever'
  /** Whether it keeps more than one account at an endpoint. */
  readonly accounts: 'several' | 'one'
  /** Whether a secret may be empty. */
  readonly emptySecret: boolean
  /** Whether it keeps anything beside account and secret: other kinds than `basic`, expiry, refresh tokens, notes. */
  readonly extras: boolean
  /** Whether it can list what it holds. */
  readonly list: boolean
  /** The largest value that it takes, in bytes of UTF-8; absent means that nobody has met its limit. */
  readonly largest?: number
}

/** What must still be at the place when a save writes; `undefined` means nothing. */
export interface SaveCondition {
  readonly replaces: Item | undefined
}

/**
 * A place where credentials live. Every verb ends within a time limit. Absence is a value; anything broken is a
 * `Failure` (`locked`, `unavailable`, `timeout`, …), and after a failure nothing is lost that was there before.
 * A name with a NUL or half a character is `malformed` to every store (stores/names.ts).
 */
export interface Store {
  readonly name: string
  readonly traits: Traits

  /**
   * Everything at these endpoints, in no order. With `account`, what is of other accounts is left out; notes never
   * are.
   * Nothing there: empty. Some of it locked: `locked`, if what is locked could have been part of the answer.
   * Several items at one place: the one written last counts.
   */
  find(asker: Asker, endpoints: readonly Endpoint[], account?: string): Promise<readonly Found[]>

  /**
   * Keeps the item at its place: a new one where nothing is, else instead of what is there. Other places stay as
   * they are, also other people's items that look alike. When it returns, a later `find` by any process sees it.
   *
   * With a condition it saves only while the place still holds what the caller read there, and answers `false`
   * otherwise. Of several conditional saves at once one succeeds. A save without a condition is not held back by it.
   */
  save(asker: Asker, item: Item, condition?: SaveCondition): Promise<boolean>

  /**
   * Removes what is at this place, with `expected` only while its secret equals that; of an item that this version does
   * not know, its whole value.
   * Nothing there, or another secret: `false`.
   */
  remove(asker: Asker, place: Place, expected?: Secret): Promise<boolean>

  /** All entries, without secrets, without unlocking anything; what cannot be read is among the problems. */
  list(asker: Asker): Promise<readonly Entry[]>

  /** What it holds and cannot read, each as the failure that a reader meets. Absent where one would fail the whole list. */
  problems?(asker: Asker): Promise<readonly Failure[]>

  /** Removes what is damaged, or of a later version, at this endpoint, and nothing else, or only counts it; how many there were. */
  removeUnreadable?(asker: Asker, endpoint: Endpoint, only?: 'count'): Promise<number>

  /** Cleans up what processes that died have left. */
  tidy?(asker: Asker): Promise<void>

  /**
   * Everything at the endpoints of the entries that are wanted: what `list` and then `find` would tell, for less. `undefined`
   * where it does not know it at once, and absent where it never does: then these two have to tell.
   */
  findWanted?(asker: Asker, isWanted: (entry: Entry) => boolean): Promise<readonly Found[] | undefined>

  /**
   * Does work that no other process may do for the same place at the same time, as renewing a token is. The others wait
   * their turn, at most the store's limit: then `timeout`. Reading and unconditional saves go on meanwhile.
   */
  alone<T>(asker: Asker, place: Place, work: () => Promise<T>): Promise<T>
}
