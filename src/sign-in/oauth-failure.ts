import * as oauth from 'oauth4webapi'
import { Failure, isFailure } from '../core/failure.ts'
import { hint, saidBy } from '../core/hint.ts'

/** Awaits what a server answers. Whatever is wrong with it becomes a failure that names the server and no value. */
export async function fromServer<T>(host: string, work: Promise<T> | (() => Promise<T>)): Promise<T> {
  try {
    return await (typeof work === 'function' ? work() : work)
  } catch (error) {
    throw oauthFailure(host, error)
  }
}

/** The error code of RFC 6749, 5.2, in a server's refusal; `undefined` for anything else. */
export function refusalIn(error: unknown): string | undefined {
  return error instanceof oauth.ResponseBodyError ? error.error : undefined
}

/** The failure for an error of the protocol. The error is no cause of it: it can hold the whole answer, with tokens. */
export function oauthFailure(host: string, error: unknown): Failure {
  if (isFailure(error)) return error
  if (error instanceof oauth.ResponseBodyError || error instanceof oauth.AuthorizationResponseError) {
    return refusal(host, error.error, error.error_description)
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    // RFC 6749, 5.2: what a client gets that sent its secret in a header.
    return refusal(host, 'invalid_client', undefined)
  }
  const { code, message, cause } = Object(error) as { code?: unknown; message?: unknown; cause?: unknown }
  const [, member = ''] = /"(\w+)" (?:\(issuer\)|property)/.exec(String(message)) ?? []
  const named = member === '' ? '' : `: ${member}`
  switch (code) {
    case oauth.RESPONSE_IS_NOT_JSON:
    case oauth.PARSE_ERROR:
      return malformed(host, 'answered with something else than JSON, as a page of a network does')
    case oauth.RESPONSE_IS_NOT_CONFORM:
      return notConform(host, cause)
    case oauth.HTTP_REQUEST_FORBIDDEN:
    case oauth.REQUEST_PROTOCOL_FORBIDDEN:
      return new Failure('refused', `${host} names an address without https`)
    case oauth.JSON_ATTRIBUTE_COMPARISON:
      return malformed(host, `says that it is another server than the one that was asked${named}`)
    case oauth.MISSING_SERVER_METADATA:
    case oauth.INVALID_SERVER_METADATA:
      return malformed(host, 'does not say where to sign in')
    case oauth.INVALID_RESPONSE:
      if (member === 'iss') return malformed(host, 'is not the server that sent this answer')
      return malformed(host, `sent an answer that cannot be used${named}`)
    default:
      return malformed(host, 'sent an answer that cannot be used')
  }
}

function refusal(host: string, code: string, description: string | undefined): Failure {
  const says = description === undefined ? code : `${code}, ${description}`
  const text: Readonly<Record<string, string>> = {
    access_denied: `the sign-in at ${host} was not allowed`,
    expired_token: `the code for ${host} has expired before it was confirmed`,
    invalid_client: `${host} does not know this client id, or its secret`,
    unauthorized_client: `${host} does not let this client sign in so`,
    invalid_scope: `${host} does not know what was asked for`,
  }
  return new Failure('refused', text[code] ?? `${host} refused the sign-in`, {
    hints: [
      saidBy(host, says.slice(0, 300)),
      // `not_allowed` is Keycloak's, for `offline_access`.
      ...(['invalid_scope', 'not_allowed'].includes(code)
        ? [hint`to ask for something else: scopes in the settings, see docs/sign-in.md, Your own client`]
        : []),
      ...(code === 'invalid_client' ? [hint`see docs/sign-in.md, Your own client`] : []),
    ],
  })
}

function notConform(host: string, cause: unknown): Failure {
  const { status } = Object(cause) as { status?: unknown }
  const number = typeof status === 'number' ? status : 0
  if (number >= 300 && number < 400) {
    return new Failure('refused', `${host} redirects to another address, which is not followed`)
  }
  return new Failure('unavailable', `${host} did not answer as a sign-in server does (status ${number})`)
}

function malformed(host: string, says: string): Failure {
  return new Failure('malformed', `${host} ${says}`)
}
