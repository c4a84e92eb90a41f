import { unlinkSync } from 'node:fs'

/** Removes a useless file. Never fails: `removeLeftovers` or a sweep tries again later. */
export function discard(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // The file does no harm until then.
  }
}
