import type { StoredItem } from './credential.ts'

/**
 * The rules by which a lookup narrows the items down (rules 4 and 7 of docs/architecture.md), in their order:
 *
 * - `kind`           the tool's protocol carries no credential of this kind
 * - `hidden`         it answers only credbridge itself
 * - `account`        the request names another user
 * - `ended`          the tool's use of it has ended
 * - `shared`         only what is shared with the tool may answer
 * - `exact`          an account of exactly the named user comes before one without a name
 * - `configuration`  the accounts of this configuration of the tool come first
 * - `default`        the default account comes first
 * - `own`            the tool's own items come first, then other tools'
 * - `expired`        it has expired
 * - `person`         a person's item comes before tools' of the same account
 * - `newest`         the one that was saved last
 * - `signed-in`      the accounts that are shared with the tool come first
 */
export type Rule =
  | 'kind'
  | 'hidden'
  | 'account'
  | 'ended'
  | 'shared'
  | 'exact'
  | 'configuration'
  | 'default'
  | 'own'
  | 'expired'
  | 'person'
  | 'newest'
  | 'signed-in'

/** One step of a decision: the items that a rule left out. */
export interface Step {
  readonly rule: Rule
  readonly out: readonly StoredItem[]
  /** The number of the store that had them, in the order of reading. */
  readonly store?: number
}

/** Receives the steps of one lookup, while it decides. A lookup that nobody hears is not slower for it. */
export type Hear = (step: Step) => void

/** The items that fit. The others are the rule's step, if somebody hears it. */
export function narrowed<Some extends StoredItem>(
  rule: Rule,
  items: readonly Some[],
  fits: (item: Some) => boolean,
  hear: Hear | undefined,
): readonly Some[] {
  const kept = items.filter(fits)
  if (hear !== undefined) tellOut(rule, items, kept, hear)
  return kept
}

/** Tells which items a rule left out, if any. */
export function tellOut(rule: Rule, before: readonly StoredItem[], kept: readonly StoredItem[], hear: Hear): void {
  const out = before.filter((item) => !kept.includes(item))
  if (out.length > 0) hear({ rule, out })
}
