import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A certificate with its key, in PEM. */
export interface Certificate {
  readonly key: Buffer
  readonly cert: Buffer
  /** The certificate's file. */
  readonly file: string
}

const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']

/** Makes one that is its own authority for these names (`DNS:go.example.com`, `IP:127.0.0.1`) in the folder. Needs openssl. */
export function selfSigned(folder: string, ...names: readonly string[]): Certificate {
  return made(folder, ['-subj', '/CN=test', '-addext', `subjectAltName=${names.join(',')}`])
}

interface Signed {
  readonly authority: Certificate
  readonly server: Certificate
}

/** Makes an authority in the folder, and a certificate of it for these names. Needs openssl. */
export function signed(folder: string, ...names: readonly string[]): Signed {
  return signedFor(folder, ['-days', '2'], names)
}

/** The same, with a certificate that is valid only in this year. */
export function signedInYear(folder: string, year: number, ...names: readonly string[]): Signed {
  return signedFor(folder, ['-startdate', `${year}0101000000Z`, '-enddate', `${year}1231000000Z`], names)
}

/** https://docs.openssl.org/3.0/man1/openssl-ca/ */
const settings = `
[ca]
default_ca = own
[own]
database = index
new_certs_dir = .
default_md = sha256
rand_serial = yes
policy = any
[any]
commonName = supplied
`

function signedFor(folder: string, period: readonly string[], names: readonly string[]): Signed {
  const authority = made(join(folder, 'authority'), ['-subj', '/CN=authority'])
  const own = join(folder, 'server')
  mkdirSync(own)
  const extensions = `subjectAltName=${names.join(',')}\nbasicConstraints=CA:FALSE\n`
  for (const [name, text] of Object.entries({ settings, extensions, index: '' })) writeFileSync(join(own, name), text)
  const run = (...words: string[]) => execFileSync('openssl', words, { cwd: own, stdio: 'pipe' })
  run('req', '-new', ...kind.slice(0, -2), '-keyout', 'key.pem', '-out', 'request.pem', '-subj', '/CN=test')
  const by = ['-cert', authority.file, '-keyfile', join(folder, 'authority', 'key.pem')]
  const to = ['-in', 'request.pem', '-out', 'cert.pem', '-notext', '-extfile', 'extensions']
  run('ca', '-batch', '-config', 'settings', ...by, ...to, ...period)
  return { authority, server: readIn(own) }
}

function made(folder: string, subject: readonly string[]): Certificate {
  mkdirSync(folder, { recursive: true })
  execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', 'key.pem', '-out', 'cert.pem', ...subject], {
    cwd: folder,
    stdio: 'pipe',
  })
  return readIn(folder)
}

function readIn(folder: string): Certificate {
  const file = join(folder, 'cert.pem')
  return { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(file), file }
}
