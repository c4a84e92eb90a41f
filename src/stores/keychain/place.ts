import { join } from 'node:path'

/** The path of the keychain's index. */
export function indexFileIn(data: string): string {
  return join(data, 'keychain.json')
}
