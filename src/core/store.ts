import type { Asker } from './asker.ts'
import type { Entry, Item, Place, StoredItem } from './credential.ts'
import type { Endpoint } from './endpoint.ts'
import type { Failure } from './failure.ts'
import type { Secret } from './secret.ts'

/** What a store can do. A request that needs more fails as `unsupported`; nothing is dropped silently. */
export interface Traits {
  /** How long its contents last. */
  readonly lasts: 'process' | 'session' | 'reboot' | 'forever'
  /** Whether it keeps more than one account at an endpoint. */
  readonly accounts: 'several' | 'one'
  /** Whether a secret may be empty. */
  readonly emptySecret: boolean
  /** Whether it keeps more than account and secret: kinds other than `basic`, expiry, refresh tokens, notes. */
  readonly extras: boolean
  /** Whether it can list its items. */
  readonly list: boolean
  /** Other programs or machines read its contents. A token that renews itself and a command must not be there. */
  readonly elsewhere?: true
  /** The largest value that it accepts, in bytes of UTF-8; absent: no limit is known. */
  readonly largest?: number
}

/** The item that the place must still hold when a save writes; `undefined`: the place must be empty. */
export interface SaveCondition {
  readonly replaces: Item | undefined
}

/**
 * Keeps items. Every verb ends within a time limit. Absence is a value; anything broken is a `Failure` (`locked`,
 * `unavailable`, `timeout`, …). A failed verb loses no existing item. A name with a NUL or a lone surrogate is
 * `malformed` to every store (stores/names.ts).
 */
export interface Store {
  readonly name: string
  readonly traits: Traits

  /** Begins what a `find` waits for, and does not wait for answers. Never fails: the `find` reports what goes wrong. */
  ready?(asker: Asker): Promise<void>

  /** Tries whether the store can be used, without writing. Absent: a throw-away item shows it. */
  check?(asker: Asker): Promise<void>

  /**
   * All items at these endpoints, in any order. With `account`, credentials of other accounts are left out; notes and tokens
   * never are (`isFoundFor`). Empty if there are none. `locked` if a locked item could have been part of the answer. If a place has several
   * items, only the one written last is returned.
   */
  find(asker: Asker, endpoints: readonly Endpoint[], account?: string): Promise<readonly StoredItem[]>

  /**
   * Saves the item at its place and replaces the item there. Other places stay unchanged, and so do similar items of
   * other programs. When it returns, a `find` by any process sees the new item.
   *
   * With a condition it saves only while the place still holds the item that the caller read, and returns `false`
   * otherwise. Of several conditional saves at once one succeeds. A save without a condition does not wait for it.
   */
  save(asker: Asker, item: Item, condition?: SaveCondition): Promise<boolean>

  /**
   * Removes the item at this place. With `expected` only if its secret equals that, or the whole value of an unknown
   * item. `false` if there is no item or its secret differs.
   */
  remove(asker: Asker, place: Place, expected?: Secret): Promise<boolean>

  /**
   * All entries, without secrets. A store is unlocked only if its names are encrypted, too. Unreadable items are reported by
   * `problems`.
   */
  list(asker: Asker): Promise<readonly Entry[]>

  /** One failure for each unreadable item. Absent if one such item makes `list` fail. */
  problems?(asker: Asker): Promise<readonly Failure[]>

  /** Removes or counts only the items at this endpoint that are damaged or of a later version. Returns their number. */
  removeUnreadable?(asker: Asker, endpoint: Endpoint, only?: 'count'): Promise<number>

  /** Removes leftovers of processes that died. */
  tidy?(asker: Asker): Promise<void>

  /**
   * All items at the endpoints of the wanted entries: the result of `list` and then `find`, at a lower cost.
   * `undefined` if the store cannot return it now, absent if it never can. The caller then uses `list` and `find`.
   */
  findWanted?(asker: Asker, isWanted: (entry: Entry) => boolean): Promise<readonly StoredItem[] | undefined>

  /**
   * Runs work that only one process at a time may do for a place, such as renewing a token. Others wait up to the
   * store's limit, then fail with `timeout`. Reads and unconditional saves do not wait. `stillAlone` throws `timeout` if
   * another process has presumed this one dead and works there now. Call it right before a step that cannot be undone.
   */
  alone<T>(asker: Asker, place: Place, work: (stillAlone: () => void) => Promise<T>): Promise<T>
}
