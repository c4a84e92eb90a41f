import { Failure } from '../../core/failure.ts'
import { type Hint, hint } from '../../core/hint.ts'
import { codeOf } from '../disk-failure.ts'

/** Where something went wrong: `idp.example.com:443`, or a proxy. */
interface At {
  readonly host: string
  readonly port: number
}

/** What can go wrong between us and a server, or a proxy. */
export type Trouble =
  | 'unknown'
  | 'no-names'
  | 'refused'
  | 'unreachable'
  | 'cut'
  | 'no-tls'
  | 'not-http'
  | 'too-large'
  | 'untrusted'
  | 'expired'
  | 'too-early'
  | 'other-name'
  | 'bad-certificate'

const says: Readonly<Record<Trouble, (host: string, place: string) => string>> = {
  unknown: (host) => `no host has the name ${host}`,
  'no-names': (host) => `the name ${host} cannot be looked up now`,
  refused: (_, place) => `${place} accepts no connection`,
  unreachable: (_, place) => `${place} cannot be reached`,
  cut: (_, place) => `${place} closed the connection before its answer was complete`,
  'no-tls': (_, place) => `${place} makes no secure connection that credbridge accepts`,
  'not-http': (_, place) => `the answer of ${place} is not HTTP`,
  'too-large': (_, place) => `the answer of ${place} is too long`,
  untrusted: (_, place) => `an unknown authority made the certificate of ${place}`,
  expired: (_, place) => `the certificate of ${place} has expired`,
  'too-early': (_, place) => `the certificate of ${place} is not valid yet`,
  'other-name': (_, place) => `the certificate of ${place} has another name`,
  'bad-certificate': (_, place) => `the certificate of ${place} cannot be used`,
}

const hints: Partial<Readonly<Record<Trouble, Hint>>> = {
  untrusted: hint`if your company has an authority of its own, name its certificate as http.ca-file in the settings`,
  'too-early': hint`check the clock of this machine`,
}

/** Errors of the system and of the lookup of names, and OpenSSL's words for certificates, as Node names them. */
const troubles: Readonly<Record<string, Trouble>> = {
  ENOTFOUND: 'unknown',
  EAI_AGAIN: 'no-names',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ETIMEDOUT: 'unreachable',
  ECONNRESET: 'cut',
  EPIPE: 'cut',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  CERT_UNTRUSTED: 'untrusted',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'too-early',
  ERR_TLS_CERT_ALTNAME_INVALID: 'other-name',
  CERT_SIGNATURE_FAILURE: 'bad-certificate',
  CERT_REJECTED: 'bad-certificate',
  CERT_REVOKED: 'bad-certificate',
  INVALID_CA: 'bad-certificate',
  INVALID_PURPOSE: 'bad-certificate',
  PATH_LENGTH_EXCEEDED: 'bad-certificate',
}

/** The trouble that an error's code tells. */
export function troubleOf(error: unknown, otherwise: Trouble): Trouble {
  return troubles[codeOf(error)] ?? otherwise
}

/** The failure for a trouble. What is reported never contains a header or a body. */
export function troubleAt({ host, port }: At, trouble: Trouble, cause?: unknown): Failure {
  const mends = hints[trouble]
  return unavailable(says[trouble](host, `${host}:${port}`), mends, cause)
}

/** The failure for a proxy that makes no tunnel. */
export function proxyRefusal({ host, port }: At, status: number): Failure {
  const proxy = `the proxy ${host}:${port}`
  if (status !== 407) return unavailable(`${proxy} refuses the connection with status ${status}`)
  const how = hint`put a user name and a password that it accepts into HTTPS_PROXY`
  return unavailable(`${proxy} wants another sign-in`, how)
}

/** The failure for an exchange that takes too long. */
export function lateAnswer({ host, port }: At, limit: number): Failure {
  return unavailable(`${host}:${port} did not answer within ${limit / 1000} seconds`)
}

function unavailable(message: string, mends?: Hint, cause?: unknown): Failure {
  return new Failure('unavailable', message, { hints: mends === undefined ? [] : [mends], cause })
}
