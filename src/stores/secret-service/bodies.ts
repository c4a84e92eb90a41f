import type { Variant } from '../../dbus/value.ts'

/** A secret as the Secret Service has it. */
export type WireSecret = readonly [session: string, parameters: Uint8Array, value: Uint8Array, contentType: string]

/** The signatures of the bodies that are read, and what they hold. */
export interface Bodies {
  readonly '': readonly []
  readonly o: readonly [string]
  readonly v: readonly [Variant]
  readonly bv: readonly [dismissed: boolean, result: Variant]
  readonly vo: readonly [output: Variant, session: string]
  readonly oo: readonly [created: string, prompt: string]
  readonly aoo: readonly [done: readonly string[], prompt: string]
  readonly aoao: readonly [unlocked: readonly string[], locked: readonly string[]]
  readonly sss: readonly [name: string, before: string, after: string]
  readonly 'a{sv}': readonly [ReadonlyMap<string, Variant>]
  readonly 'a{o(oayays)}': readonly [ReadonlyMap<string, WireSecret>]
}
