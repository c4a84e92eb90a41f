import type { Secret } from './secret.ts'

/** An item that another program made, with the attributes that it gave it. */
export interface ForeignItem {
  readonly attributes: Readonly<Record<string, string>>
  readonly secret: Secret
  /** Removes it for good, if it is still there. */
  remove(): Promise<void>
}
