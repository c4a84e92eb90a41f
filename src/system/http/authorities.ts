import { readFileSync } from 'node:fs'
import { Failure } from '../../core/failure.ts'
import { type Hint, hint } from '../../core/hint.ts'
import { isMissing } from '../disk-failure.ts'
import type { Environment } from '../machine.ts'

/** Where Linux distributions and others keep the certificates: https://go.dev/src/crypto/x509/root_linux.go */
const systemFiles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/** An authority that a person named. */
export interface Authority {
  /** Its certificate, in PEM. */
  readonly certificate: string
  /** The failure if the certificate cannot be read. */
  broken(): Failure
}

export interface Authorities {
  /** The system's certificates in PEM; `undefined` if there is no such file here, `none` if they are not trusted. */
  readonly system: string | undefined | typeof none
  readonly own: readonly Authority[]
}

/** The authorities to trust. A named file that cannot be used is a failure, and never a shorter list. */
export function authorities(env: Environment, caFile: string | undefined): Authorities {
  const { SSL_CERT_FILE: replacement = '', NODE_EXTRA_CA_CERTS: extra = '' } = env
  const inVariable = (name: string, file: string) => namedFile(file, name, hint`unset ${name}`)
  return {
    system: replacement === '' ? systemFile() : certificatesOf(inVariable('SSL_CERT_FILE', replacement)).join('\n'),
    own: [
      ...(extra === '' ? [] : own(inVariable('NODE_EXTRA_CA_CERTS', extra))),
      ...(caFile === undefined
        ? []
        : own(namedFile(caFile, 'http.ca-file', hint`correct http.ca-file in the settings`))),
    ],
  }
}

/** No authority but the person's own. */
export const none = 'none'

/** The authorities of this file only, which is that of one server. */
export function onlyAuthorities(caFile: string): Authorities {
  return { system: none, own: own(namedFile(caFile, 'a ca-file', hint`correct ca-file in the settings`)) }
}

interface NamedFile {
  readonly text: string
  broken(what: string, cause?: unknown): Failure
}

function namedFile(file: string, name: string, mends: Hint): NamedFile {
  const broken = (what: string, cause?: unknown) =>
    new Failure('unavailable', `${name} names ${file}, ${what}`, { hints: [hint`ls -l ${file}`, mends], cause })
  try {
    return { text: readFileSync(file, 'utf8'), broken }
  } catch (error) {
    throw broken(isMissing(error) ? 'which does not exist' : 'which cannot be read', error)
  }
}

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g

function certificatesOf({ text, broken }: NamedFile): readonly string[] {
  const found = text.match(block) ?? []
  if (found.length === 0) throw broken('which has no certificate in PEM')
  return found
}

function own(file: NamedFile): readonly Authority[] {
  const broken = () => file.broken('which has a certificate that cannot be read')
  return certificatesOf(file).map((certificate) => ({ certificate, broken }))
}

function systemFile(): string | undefined {
  for (const file of systemFiles) {
    try {
      return readFileSync(file, 'utf8')
    } catch (error) {
      if (!isMissing(error)) throw new Failure('unavailable', `${file} cannot be read`, { cause: error })
    }
  }
  return undefined
}
