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

/**
 * One shared secret in 256 begins with a zero. The specification keeps it, but a server may derive the key without it, and
 * then no side understands the other. So another session is opened.
 */
export async function openEncryptedSession(ask: OpenSession): Promise<Session> {
  for (let attempt = 1; ; attempt++) {
    const ours = createDiffieHellmanGroup(group)
    const [output, path] = await ask(algorithm, { type: 'ay', value: ours.generateKeys() })
    const theirs = output.value
    if (output.type !== 'ay' || !(theirs instanceof Uint8Array)) throw unreadable('contains no public key')
    const secret = whole(agreed(ours, theirs))
    if (secret[0] !== 0 || attempt === mostAttempts) return sessionUnder(sharedKey(secret), path)
  }
}

const mostAttempts = 4

/** The key of a session, derived from the shared Diffie-Hellman secret with its leading zeros. */
export function sharedKey(secret: Uint8Array): Uint8Array {
  return Buffer.from(hkdfSync('sha256', whole(secret), '', '', 16))
}

function whole(secret: Uint8Array): Uint8Array {
  const padded = Buffer.alloc(groupBytes)
  padded.set(secret, groupBytes - secret.length)
  return padded
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
