import { join } from 'node:path'

/** The file that says, without secrets, what lies in the keychain. */
export function indexFileIn(data: string): string {
  return join(data, 'keychain.json')
}
