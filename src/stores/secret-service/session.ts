import { isFailure } from '../../core/failure.ts'
import { contentType, type OpenSession, type Session } from './session-type.ts'

/**
 * A session without encryption. The socket belongs to the user, and a program that may monitor the bus can also ask for
 * the secrets (docs/secret-service.md). If the Secret Service refuses it, an encrypted session is opened.
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

/** A session with encryption and a key of its own. Loads node:crypto, 3 to 5 ms. */
export async function openEncrypted(ask: OpenSession): Promise<Session> {
  return (await import('./encrypted.ts')).openEncryptedSession(ask)
}
