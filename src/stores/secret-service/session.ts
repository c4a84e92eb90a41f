import { isFailure } from '../../core/failure.ts'
import { contentType, type OpenSession, type Session } from './session-type.ts'

/**
 * A session in which secrets are not encrypted. The socket is the user's own, and whoever may listen in there may as well
 * ask for the secrets (docs/secret-service.md). A Secret Service that refuses that gets an encrypted one.
 */
export async function openPlain(ask: OpenSession): Promise<Session> {
  try {
    const [, path] = await ask('plain', { type: 's', value: '' })
    return {
      path,
      seal: (secret) => [path, new Uint8Array(), secret, contentType],
      open: ([, , secret]) => secret,
    }
  } catch (error) {
    if (!isFailure(error) || error.code !== 'unsupported') throw error
    return openEncrypted(ask)
  }
}

/** A session in which secrets are encrypted under a key that was agreed upon for it. Loads node:crypto, 3 to 5 ms. */
export async function openEncrypted(ask: OpenSession): Promise<Session> {
  return (await import('./encrypted.ts')).openEncryptedSession(ask)
}
