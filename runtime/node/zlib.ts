import { gunzip } from 'host:zlib'
import { Buffer } from './buffer.ts'

/* https://nodejs.org/api/zlib.html, the part that src/ uses. */

export function gunzipSync(archive: Uint8Array, { maxOutputLength }: { readonly maxOutputLength: number }): Buffer {
  return new Buffer(gunzip(archive, maxOutputLength).buffer)
}
