import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'

/*
 * The manifests in a package's archive. npm drops the first folder of each path when it unpacks, so `package.json` in
 * any top-level folder is a manifest. https://www.gnu.org/software/tar/manual/html_node/Standard.html. A longer name is
 * in an entry before it, of type x (pax) or L (GNU). Anything else is refused.
 */

const block = 512

export async function manifestsIn(file: string, archive: Uint8Array): Promise<readonly string[]> {
  const tar = await unpacked(file, archive)
  const found: string[] = []
  let longName: string | undefined
  for (let at = 0; at + block <= tar.length; ) {
    const head = tar.subarray(at, at + block)
    if (head.every((byte) => byte === 0)) {
      at += block
      continue
    }
    const { name, size, type } = entryIn(file, head)
    const body = tar.subarray(at + block, at + block + size)
    if (body.length < size) throw odd(file)
    at += block + Math.ceil(size / block) * block
    if (type === 'N' || (type === 'g' && paxName(file, body) !== undefined)) throw odd(file)
    if ('xXL'.includes(type || '?')) longName = type === 'L' ? textOf(body).replace(/\0.*$/s, '') : paxName(file, body)
    if ('xXLgK'.includes(type || '?')) continue
    if (isManifest(longName ?? name)) {
      if (type !== '0' && type !== '') throw odd(file)
      found.push(textOf(body))
    }
    longName = undefined
  }
  if (found.length === 0) throw new Failure('refused', `${file} has no readable package.json`)
  return found
}

async function unpacked(file: string, archive: Uint8Array): Promise<Uint8Array> {
  if (archive[0] !== 0x1f || archive[1] !== 0x8b) return archive
  const { gunzipSync } = await import('node:zlib')
  try {
    return gunzipSync(archive, { maxOutputLength: 1024 * 1024 * 1024 })
  } catch {
    throw odd(file)
  }
}

function entryIn(file: string, head: Uint8Array): { name: string; size: number; type: string } {
  const field = (from: number, length: number) => textOf(head.subarray(from, from + length)).replace(/\0.*$/s, '')
  const size = field(124, 12).trim()
  const checksum = head.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0)
  const isWhole = Number.parseInt(field(148, 8).trim(), 8) === checksum
  if (!isWhole || !/^[0-7]*$/.test(size)) throw odd(file)
  const prefix = field(257, 5) === 'ustar' ? field(345, 155) : ''
  const name = field(0, 100)
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size: Number.parseInt(size || '0', 8),
    type: field(156, 1),
  }
}

/** Records `length name=value\n`. A record that changes the size of the next entry could hide what follows. */
function paxName(file: string, body: Uint8Array): string | undefined {
  let path: string | undefined
  for (const record of textOf(body).split('\n')) {
    const [, name = '', value = ''] = /^\d+ ([^=]+)=(.*)$/s.exec(record) ?? []
    if (name === 'size' || name.startsWith('GNU.sparse')) throw odd(file)
    if (name === 'path') path = value
  }
  return path
}

function isManifest(path: string): boolean {
  const parts = path.split(/[/\\]/).filter((part) => part !== '' && part !== '.')
  return parts.length <= 2 && parts.at(-1)?.toLowerCase() === 'package.json'
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
}

function odd(file: string): Failure {
  return new Failure('refused', `${file} is not a readable package archive`, {
    hints: [hint`create it again with npm pack, or publish from the folder`],
  })
}
