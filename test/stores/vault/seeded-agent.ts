import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { field } from '../../../src/stores/vault/slots/agent.ts'

/** An SSH agent that holds the Ed25519 key of this seed, listening in the folder. */
export async function seededAgent(seed: Buffer, folder: string): Promise<{ socket: string; end(): void }> {
  // RFC 8410, section 7: a private key is this prefix and the seed.
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const point = Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url')
  const blob = Buffer.concat([field('ssh-ed25519'), field(point)])
  const socket = join(folder, 'agent')
  const server = createServer((client) => {
    client.on('error', () => {})
    client.on('data', (request) => client.write(field(answer(request))))
  })

  function answer(request: Buffer): Buffer {
    if (request[4] === 11) return Buffer.concat([Buffer.of(12, 0, 0, 0, 1), field(blob), field('seeded')])
    const keyLength = request.readUInt32BE(5)
    if (request[4] !== 13 || !request.subarray(9, 9 + keyLength).equals(blob)) return Buffer.of(5)
    const dataAt = 9 + keyLength + 4
    const data = request.subarray(dataAt, dataAt + request.readUInt32BE(dataAt - 4))
    return Buffer.concat([Buffer.of(14), field(Buffer.concat([field('ssh-ed25519'), field(sign(null, data, key))]))])
  }

  await new Promise<void>((resolve) => server.listen(socket, resolve))
  return { socket, end: () => void server.close() }
}
