import type { Credential } from '../../core/credential.ts'
import { Failure } from '../../core/failure.ts'
import { endpointWords, hint } from '../../core/hint.ts'
import { isPrintableWord } from '../../core/printable-word.ts'
import { objectIn } from '../../core/record.ts'
import { Secret } from '../../core/secret.ts'

/*
 * The protocol of Terraform's credentials helpers, which OpenTofu shares: the words are a verb and a host, a token comes
 * and goes as one JSON object. https://developer.hashicorp.com/terraform/internals/credentials-helpers
 */

/** Reads the message of `store`. `unsupported` if it has more than a token, because that would be lost. */
export function readToken(text: string): Secret {
  const { token, ...more } = objectIn(text) ?? {}
  if (typeof token !== 'string') throw new Failure('malformed', 'the credentials are not a JSON object with a token')
  if (Object.keys(more).length > 0) {
    throw new Failure('unsupported', 'the credentials have more than a token, which credbridge cannot keep')
  }
  if (!isPrintableWord(token)) {
    throw new Failure('malformed', 'the token is empty or has a character that no header can carry')
  }
  return new Secret(token)
}

/** Prints the answer to `get`. The client sends the token as `Authorization: Bearer …`. */
export function printToken({ endpoint, secret, scheme = 'Bearer' }: Credential): string {
  if (scheme.toLowerCase() !== 'bearer') {
    throw new Failure(
      'malformed',
      `terraform cannot send the token for ${endpoint.key} with another scheme than Bearer`,
    )
  }
  if (isPrintableWord(secret.expose())) return `${JSON.stringify({ token: secret.expose() })}\n`
  throw new Failure('malformed', `what is stored for ${endpoint.key} is no token that a header can carry`, {
    hints: [hint`credbridge set --kind bearer ${endpointWords(endpoint)}`],
  })
}
