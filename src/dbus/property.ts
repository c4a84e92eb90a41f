import { unreadable } from './bytes.ts'
import type { Value, Variant } from './value.ts'

interface Types {
  readonly b: boolean
  readonly t: bigint
  readonly s: string
  readonly o: string
  readonly ao: readonly string[]
  readonly 'a{ss}': ReadonlyMap<string, string>
}

/** The value of a property, which must be of this type. */
export function typed<T extends keyof Types>(variant: Variant | undefined, type: T): Types[T] {
  if (variant?.type !== type) throw unreadable('has a property of the wrong type')
  return variant.value as Value as Types[T]
}
