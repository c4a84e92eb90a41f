import { createCipheriv, createDecipheriv, createDiffieHellmanGroup, hkdfSync, randomBytes } from 'node:crypto'
import { unreadable } from '../../dbus/bytes.ts'
import { contentType, type OpenSession, type Session } from './session-type.ts'

/*
 * https://specifications.freedesktop.org/secret-service-spec/latest/transfer-secrets.html: Diffie-Hellman in the second
 * Oakley group, HKDF with SHA-256 without salt and info, AES-128 in CBC mode with PKCS#7 padding.
 */

const algorithm = 'dh-ietf1024-sha256-aes128-cbc-pkcs7'
const group = 'modp2'
const groupBytes = 128

export async function openEncryptedSession(ask: OpenSession): Promise<Session> {
  const ours = createDiffieHellmanGroup(group)
  const [output, path] = await ask(algorithm, { type: 'ay', value: ours.generateKeys() })
  const theirs = output.value
  if (output.type !== 'ay' || !(theirs instanceof Uint8Array)) throw unreadable('contains no public key')
  return sessionUnder(sharedKey(agreed(ours, theirs)), path)
}

/** The key of a session, derived from the shared Diffie-Hellman secret with its leading zeros. */
export function sharedKey(secret: Uint8Array): Uint8Array {
  const whole = Buffer.alloc(groupBytes)
  whole.set(secret, groupBytes - secret.length)
  return Buffer.from(hkdfSync('sha256', whole, '', '', 16))
}

export function sessionUnder(key: Uint8Array, path: string): Session {
  return {
    path,
    seal(secret) {
      const iv = randomBytes(16)
      const cipher = createCipheriv('aes-128-cbc', key, iv)
      return [path, iv, Buffer.concat([cipher.update(secret), cipher.final()]), contentType]
    },
    open([, iv, sealed]) {
      try {
        const decipher = createDecipheriv('aes-128-cbc', key, iv)
        return Buffer.concat([decipher.update(sealed), decipher.final()])
      } catch {
        throw unreadable('contains a secret that cannot be decrypted')
      }
    },
  }
}

function agreed(ours: ReturnType<typeof createDiffieHellmanGroup>, theirs: Uint8Array): Uint8Array {
  try {
    return ours.computeSecret(theirs)
  } catch {
    throw unreadable('contains an invalid public key')
  }
}
