import { isUtf8 } from 'node:buffer'
import { type Credential, gitManager } from '../../../core/credential.ts'
import { type Address, type Endpoint, parseAddress, sameEndpoint } from '../../../core/endpoint.ts'
import { Secret } from '../../../core/secret.ts'
import type { CredentialManager, Described, Kept } from './credential-manager.ts'

/*
 * What git's own helpers keep in the Credential Manager: Git Credential Manager and git-credential-wincred, which share
 * `git:https://host` and `git:https://user@host`. It is read, and never written.
 */

/** Their sign-ins at an endpoint. `listed`: what the Credential Manager has. */
export async function gitItemsAt(
  manager: CredentialManager,
  listed: readonly Described[],
  endpoint: Endpoint,
  account: string | undefined,
): Promise<readonly Credential[]> {
  const targets = listed
    .filter(({ user }) => account === undefined || user === account)
    .map(({ target }) => target)
    .filter((target) => {
      const at = addressIn(target)
      return at !== undefined && sameEndpoint(at, endpoint)
    })
  const kept = await manager.read(targets)
  return kept.flatMap((one) => (one === undefined ? [] : [credentialIn(one, endpoint)]))
}

function credentialIn(kept: Kept, endpoint: Endpoint): Credential {
  const [password = ''] = gitLines(kept)
  return { endpoint, account: kept.user, owner: gitManager, kind: 'basic', secret: new Secret(password) }
}

/** The password, and what git-credential-wincred puts on further lines: `oauth_refresh_token=…`. */
export function gitLines({ secret }: Kept): readonly string[] {
  const text = secret.toString('utf16le')
  const isText = secret.length % 2 === 0 && text.isWellFormed()
  return (isText || !isUtf8(secret) ? text : secret.toString('utf8')).split(/\r?\n/)
}

/** The address that a target of git's helpers names; `undefined` for any other target. */
export function addressIn(target: string): Address | undefined {
  try {
    const url = urlIn(target)
    return url === undefined ? undefined : parseAddress(url)
  } catch {
    return undefined
  }
}

/** Whether the target names the user: git-credential-wincred always does, Git Credential Manager for a second one. */
export function namesUser(target: string): boolean {
  return /:\/\/[^/]*@/.test(urlIn(target) ?? '')
}

function urlIn(target: string): string | undefined {
  return /^git:(https?:\/\/.*)$/is.exec(target)?.[1]
}
