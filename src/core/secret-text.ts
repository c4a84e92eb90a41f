import { printClientCertificate, readClientCertificate } from './client-certificate.ts'
import { printCloudKeys, readCloudKeys } from './cloud-keys.ts'
import type { Credential, Kind } from './credential.ts'
import type { Secret } from './secret.ts'

/*
 * A secret of any kind as one text: what `credbridge get` prints, and what `credbridge set` reads. A kind with several
 * parts has a text form of its own; of any other the secret is the text.
 */

/** What a text says about a credential. */
export type Described = Pick<Credential, 'kind' | 'secret' | 'parts' | 'expires'>

/** Reads the text of a secret of this kind. `malformed` if a part is missing. */
export function readSecretText(kind: Kind, text: Secret): Described {
  switch (kind) {
    case 'client-certificate':
      return readClientCertificate(text.expose())
    case 'cloud-keys':
      return readCloudKeys(text.expose())
    default:
      return { kind, secret: text }
  }
}

/** Prints the text, without a line end of its own. */
export function printSecretText(credential: Described): string {
  switch (credential.kind) {
    case 'client-certificate':
      return printClientCertificate(credential)
    case 'cloud-keys':
      return printCloudKeys(credential)
    default:
      return credential.secret.expose()
  }
}
