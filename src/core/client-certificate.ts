import type { Credential } from './credential.ts'
import { Failure } from './failure.ts'
import { Secret } from './secret.ts'

/*
 * The kind `client-certificate`: the secret is the certificate with its chain, the part `key` its private key, both in
 * PEM (RFC 7468). As a text it is one after the other.
 */

/** What belongs to a client certificate in a credential. */
export type ClientCertificate = Pick<Credential, 'kind' | 'secret' | 'parts'>

const begin = '-----BEGIN '
const dashes = '-----'

/**
 * Reads a text with one or more certificates and one private key, in any order, as in a `.pem` file. Text around them
 * is ignored. `malformed` if one is missing, if there are two keys, or if the key is encrypted.
 */
export function readClientCertificate(text: string): ClientCertificate {
  const blocks = blocksIn(text)
  const certificates = blocks.filter(({ label }) => label === 'CERTIFICATE')
  const [key, another] = blocks.filter(({ label }) => label.endsWith('PRIVATE KEY'))
  if (certificates.length === 0) throw malformed('there is no certificate in it')
  if (key === undefined) throw malformed('there is no private key in it')
  if (another !== undefined) throw malformed('there are two private keys in it')
  if (key.label.startsWith('ENCRYPTED') || key.pem.includes('\nProc-Type: 4,ENCRYPTED'))
    throw malformed('its private key is encrypted, which its clients cannot use')
  const pem = certificates.map((block) => block.pem).join('')
  return { kind: 'client-certificate', secret: new Secret(pem), parts: { key: new Secret(key.pem) } }
}

/** The certificate and its key. `malformed` if the credential has only one of them. */
export function certificateAndKey({ secret, parts }: Pick<Credential, 'secret' | 'parts'>): readonly [Secret, Secret] {
  const key = parts?.['key']
  if (secret.expose() === '') throw malformed('it has no certificate')
  if (key === undefined || key.expose() === '') throw malformed('it has no private key')
  return [secret, key]
}

/** Prints both as `readClientCertificate` reads them, without the last line end. */
export function printClientCertificate(credential: Pick<Credential, 'secret' | 'parts'>): string {
  return certificateAndKey(credential)
    .map((pem) => pem.expose().trimEnd())
    .join('\n')
}

interface Block {
  readonly label: string
  /** Its lines, each ended by a line feed. */
  readonly pem: string
}

function blocksIn(text: string): readonly Block[] {
  const blocks: Block[] = []
  let open: { label: string; lines: string[] } | undefined
  for (const line of text.split('\n').map((one) => one.trimEnd())) {
    if (line.startsWith(begin) && line.endsWith(dashes)) open = { label: line.slice(begin.length, -5), lines: [] }
    open?.lines.push(line)
    if (open === undefined || line !== `-----END ${open.label}${dashes}`) continue
    blocks.push({ label: open.label, pem: `${open.lines.join('\n')}\n` })
    open = undefined
  }
  return blocks
}

function malformed(why: string): Failure {
  return new Failure('malformed', `the client certificate cannot be used: ${why}`)
}
