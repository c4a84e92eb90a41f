import { readFileSync, readlinkSync } from 'node:fs'

/** The text of a file; `undefined` if it does not exist or cannot be read. */
export function textIfReadable(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** The target of a symbolic link; `undefined` for anything else, and for a link that cannot be read. */
export function linkIfReadable(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}
