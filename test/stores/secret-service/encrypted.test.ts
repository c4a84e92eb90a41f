import { createDiffieHellmanGroup } from 'node:crypto'
import { expect, test } from 'vitest'
import { openEncryptedSession } from '../../../src/stores/secret-service/encrypted.ts'
import type { OpenSession } from '../../../src/stores/secret-service/session-type.ts'

const group = createDiffieHellmanGroup('modp2')
const prime = BigInt(`0x${group.getPrime('hex')}`)
const generator = BigInt(`0x${group.getGenerator('hex')}`)

/** The public key of a server with which this client key has a shared secret that begins with a zero. */
function withLeadingZero(client: Uint8Array): Uint8Array {
  const clientKey = BigInt(`0x${Buffer.from(client).toString('hex')}`)
  let [secret, key] = [clientKey, generator]
  while (secret >> 1016n !== 0n) [secret, key] = [(secret * clientKey) % prime, (key * generator) % prime]
  return Buffer.from(key.toString(16).padStart(256, '0'), 'hex')
}

test('a session whose secret begins with a zero is not used, and another one is opened', async () => {
  let opened = 0
  const ask: OpenSession = async (_algorithm, input) => {
    opened++
    const zero = opened === 1 && input.value instanceof Uint8Array
    const value = zero ? withLeadingZero(input.value as Uint8Array) : createDiffieHellmanGroup('modp2').generateKeys()
    return [{ type: 'ay', value }, `/session/${opened}`]
  }
  expect(await openEncryptedSession(ask)).toMatchObject({ path: expect.stringMatching(/^\/session\/[2-4]$/) })
})
