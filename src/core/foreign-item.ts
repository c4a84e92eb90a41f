import type { Secret } from './secret.ts'

/** An item that another program stored, with its attributes. */
export interface ForeignItem {
  readonly attributes: Readonly<Record<string, string>>
  readonly secret: Secret
  /** Removes it for good. Does nothing if it no longer exists. */
  remove(): Promise<void>
}
