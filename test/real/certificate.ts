import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A certificate that is its own authority, with its key, in PEM. */
export interface Certificate {
  readonly key: Buffer
  readonly cert: Buffer
  /** The certificate's file. */
  readonly file: string
}

/** Makes one for these names (`DNS:go.example.com`, `IP:127.0.0.1`) in the folder. Needs openssl. */
export function selfSigned(folder: string, ...names: readonly string[]): Certificate {
  mkdirSync(folder, { recursive: true })
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const subject = ['-subj', '/CN=test', '-addext', `subjectAltName=${names.join(',')}`]
  execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', 'key.pem', '-out', 'cert.pem', ...subject], {
    cwd: folder,
    stdio: 'pipe',
  })
  const file = join(folder, 'cert.pem')
  return { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(file), file }
}
