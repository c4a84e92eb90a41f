import { gunzip } from 'host:zlib'
import { Buffer } from './buffer.ts'

/* https://nodejs.org/api/zlib.html, as far as src/ uses it. */

export function gunzipSync(archive: Uint8Array, { maxOutputLength }: { readonly maxOutputLength: number }): Buffer {
  return new Buffer(gunzip(archive, maxOutputLength).buffer)
}
