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

/**
 * A place where credentials live. Every verb ends within a time limit. Absence is a value; anything broken is a
 * `Failure` (`locked`, `unavailable`, `timeout`, …), and after a failure nothing is lost that was there before.
 */
export interface Store {
  readonly name: string
  readonly traits: Traits

  /**
   * Everything at these endpoints, in no order. With `account`, credentials of other accounts are left out; notes
   * never are.
   * Nothing there: empty. Some of it locked: `locked`, if what is locked could have been part of the answer.
   * Several items at one place: the one written last counts.
   */
  find(endpoints: readonly Endpoint[], account?: string): Promise<readonly Found[]>

  /**
   * Keeps the item at its place: a new one where nothing is, else instead of what is there. Other places stay as
   * they are, also other people's items that look alike. When it returns, a later `find` by any process sees it.
   */
  save(item: Item): Promise<void>

  /**
   * Removes what is at this place, with `expected` only while its secret equals that.
   * Nothing there, or another secret: `false`.
   */
  remove(place: Place, expected?: Secret): Promise<boolean>

  /** All entries, without secrets, without unlocking anything; what cannot be read is among the problems. */
  list(): Promise<readonly Entry[]>

  /** What it holds and cannot read, each as the failure that a reader meets. Absent where one would fail the whole list. */
  problems?(): Promise<readonly Failure[]>

  /** Removes what is damaged, or of a later version, at this endpoint, and nothing else, or only counts it; how many there were. */
  removeUnreadable?(endpoint: Endpoint, only?: 'count'): Promise<number>

  /** Cleans up what processes that died have left. */
  tidy?(): Promise<void>
}
