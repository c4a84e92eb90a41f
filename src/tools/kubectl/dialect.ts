import { certificateAndKey } from '../../core/client-certificate.ts'
import type { Credential, Kind } from '../../core/credential.ts'
import { Failure } from '../../core/failure.ts'
import { formatFailure } from '../../core/failure-text.ts'
import { hint, placeWords } from '../../core/hint.ts'
import { isPrintableWord } from '../../core/printable-word.ts'
import { rfc3339 } from '../../core/rfc3339.ts'
import { type Dialect, find, type Reply, reply } from '../dialect.ts'
import { execInfo } from './exec-info.ts'
import { command, tool } from './names.ts'

const kinds: readonly Kind[] = ['bearer', 'client-certificate']

/**
 * client-go's exec credential plugins, v1 and v1beta1:
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 * The request is in the environment, a word may name the account. The protocol has no word for absence: any exit code
 * but 0 is an error, and kubectl shows what stands on standard error.
 */
export const kubectl: Dialect = {
  tool,
  broken: (_failure, text) => failed(text),

  *converse({ words: [account, ...more], env }) {
    if (more.length > 0 || account?.startsWith('-') === true) return failed(`Usage: ${command} [account]\n`)
    const { apiVersion, endpoint } = execInfo(env)
    const named = account === undefined ? {} : { account }
    const answer = yield* find({ tool, kinds, endpoints: [endpoint], ...named })
    if (answer !== undefined) return reply(printed(apiVersion, answer.credential))
    const place = placeWords(endpoint, account)
    return failed(
      formatFailure({
        message: `there is no token and no client certificate for ${endpoint.key}, or it has expired`,
        hints: [
          hint`credbridge set --kind bearer ${place}`,
          hint`cat cert.pem key.pem | credbridge set --kind client-certificate ${place}`,
        ],
      }),
    )
  },
}

function printed(apiVersion: string, credential: Credential): string {
  const { expires } = credential
  const expirationTimestamp = expires === undefined ? undefined : rfc3339(expires)
  const status = { ...proofIn(credential), expirationTimestamp }
  return `${JSON.stringify({ apiVersion, kind: 'ExecCredential', status })}\n`
}

/** kubectl sends a token as `Authorization: Bearer …`. PEM texts are not in base64 here, unlike in a kubeconfig. */
function proofIn(credential: Credential): Readonly<Record<string, string>> {
  if (credential.kind === 'client-certificate') {
    const [certificate, key] = certificateAndKey(credential)
    return { clientCertificateData: certificate.expose(), clientKeyData: key.expose() }
  }
  const { secret, scheme = 'Bearer', endpoint } = credential
  if (scheme.toLowerCase() !== 'bearer') {
    throw new Failure('malformed', `kubectl cannot send the token for ${endpoint.key} with another scheme than Bearer`)
  }
  if (isPrintableWord(secret.expose())) return { token: secret.expose() }
  throw new Failure('malformed', `the token for ${endpoint.key} is empty or has a character that no header can carry`)
}

function failed(stderr: string): Reply {
  return { stdout: '', stderr, exitCode: 1 }
}
