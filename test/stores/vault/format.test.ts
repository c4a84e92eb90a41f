import { createDecipheriv, createHash, createHmac, createPrivateKey, hkdfSync, scryptSync, sign } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { emptyFolder } from './place.ts'
import { parseVector, plant } from './vector.ts'

/*
 * An independent reader that uses no source of credbridge: docs/vault-format.md must be sufficient to read the golden
 * vault by each of its slots.
 */

interface Slot {
  readonly type: string
  readonly id: string
  readonly key: string
  readonly [member: string]: unknown
}

const golden = parseVector(readFileSync(join(import.meta.dirname, 'vectors', 'golden-1.txt'), 'utf8'))
const root = () => {
  const folder = emptyFolder()
  plant(golden, folder)
  return folder
}

function expand(hash: 'sha256' | 'sha512', key: Buffer, info: Buffer): Buffer {
  return createHmac(hash, key)
    .update(Buffer.concat([info, Buffer.of(1)]))
    .digest()
}

function open(key: Buffer, nonce: Buffer, sealed: Buffer, tag: Buffer, about: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 }).setAAD(about).setAuthTag(tag)
  return Buffer.concat([decipher.update(sealed), decipher.final()])
}

function vaultKeyIn({ key, ...rest }: Slot, vault: string, secret: Buffer): Buffer {
  const info = `credbridge vault 1 slot ${rest.type}`
  const wrapping = Buffer.from(hkdfSync('sha256', secret, Buffer.from(rest.id, 'hex'), info, 32))
  const bytes = Buffer.from(key, 'base64url')
  const about = Buffer.from(JSON.stringify([vault, rest]))
  return open(wrapping, bytes.subarray(0, 12), bytes.subarray(12, 44), bytes.subarray(44), about)
}

function name(key: Buffer, ...parts: readonly string[]): string {
  const bytes = parts.flatMap((part) => [Buffer.from(`${Buffer.byteLength(part)}:`), Buffer.from(part)])
  return createHmac('sha256', key).update(Buffer.concat(bytes)).digest('hex').slice(0, 32)
}

/** The content of every record, by its path. */
function readAll(folder: string, records: string, key: Buffer): Record<string, string> {
  const purpose = (text: string) => expand('sha256', key, Buffer.from(`credbridge vault 1 ${text}`))
  const files = readdirSync(join(folder, records), { recursive: true, withFileTypes: true }).filter((it) => it.isFile())
  const entries = files.map((file) => {
    const bytes = readFileSync(join(file.parentPath, file.name))
    const [header, sealed, tag] = [bytes.subarray(0, 88), bytes.subarray(88, -16), bytes.subarray(-16)]
    expect(header.subarray(0, 12).toString('latin1')).toBe('CREDBRIDGER\u0001')
    expect(header.subarray(12, 20)).toEqual(purpose('key id').subarray(0, 8))
    expect(header.readUInt32BE(84)).toBe(sealed.length)
    const own = expand('sha512', purpose('records'), header.subarray(52, 84))
    const plain = open(own.subarray(0, 32), own.subarray(32, 44), sealed, tag, header)
    const text = plain.toString('utf8', 4, 4 + plain.readUInt32BE())
    expect(plain.length).toBe(2 ** Math.max(9, Math.ceil(Math.log2(4 + Buffer.byteLength(text)))))
    const { form, endpoint, owner, account } = JSON.parse(text) as Record<string, string>
    const inFolder = name(purpose('folder names'), form ?? '', endpoint ?? '')
    const path = `${inFolder}/${name(purpose('file names'), inFolder, owner ?? '', account ?? '')}`
    expect(header.toString('hex', 20, 52)).toBe(path.replace('/', ''))
    expect(join(file.parentPath, file.name).endsWith(path)).toBe(true)
    return [`vault/${records}/${path}`, text]
  })
  return Object.fromEntries(entries)
}

function field(bytes: string | Buffer): Buffer {
  const body = Buffer.from(bytes)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

function signature({ id, challenge }: Slot, vault: string): Buffer {
  const seed = Buffer.from(golden.agentSeed ?? '', 'hex')
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const message = Buffer.concat([Buffer.from(vault + id, 'hex'), Buffer.from(String(challenge), 'base64url')])
  const digest = createHash('sha512').update(message).digest()
  const parts = ['credbridge-vault', '', 'sha512', digest].map(field)
  const signed = Buffer.concat([Buffer.from('SSHSIG'), ...parts])
  return sign(null, signed, createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
}

test.each(['key-file', 'passphrase', 'ssh-agent'])('the page suffices to read the golden vault by its %s', (type) => {
  const at = root()
  const header = JSON.parse(readFileSync(join(at, 'vault', 'vault.json'), 'utf8'))
  expect(header).toMatchObject({ format: 'credbridge vault', version: 1 })
  const slot = header.slots.find((it: Slot) => it.type === type)
  const secrets: Record<string, () => Buffer> = {
    'key-file': () => {
      const text = readFileSync(join(at, 'state', 'vault.key'), 'utf8')
      return Buffer.from(/^credbridge-vault-key 1 ([A-Za-z0-9_-]{43})\n$/.exec(text)?.[1] ?? '', 'base64url')
    },
    passphrase: () => {
      const { N, r, p, salt } = slot.scrypt
      const text = (golden.passphrase ?? '').normalize('NFC')
      return scryptSync(text, Buffer.from(salt, 'base64url'), 32, { N, r, p, maxmem: 2 ** 30 })
    },
    'ssh-agent': () => signature(slot, header.id),
  }
  const key = vaultKeyIn(slot, header.id, secrets[type]?.() ?? Buffer.alloc(0))
  expect(key.toString('hex')).toBe(golden.vaultKey)
  const items = Object.fromEntries(golden.items.map(({ at, entry }) => [at, entry]))
  expect(readAll(join(at, 'vault'), header.records, key)).toEqual(items)
})
