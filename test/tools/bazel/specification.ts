/*
 * A client of the credential helper specification: https://github.com/EngFlow/credential-helper-spec/blob/main/spec.md
 * What its two schemas demand is written out here, because they are few lines:
 *
 *   schemas/get-credentials-request.schema.json   an object whose member `uri` is a string; others are allowed
 *   schemas/get-credentials-response.schema.json  an object; `headers`, if it is there, an object of lists of strings;
 *                                                 `expires`, if it is there, a string; others are allowed
 *
 * On top of that it reads a response as Bazel does (GetCredentialsResponse.java): times have no fraction of a second.
 */

export interface Answered {
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** In seconds since 1970. */
  readonly expires?: number
}

/** What a client writes to standard input. */
export function requestFor(uri: string): string {
  return JSON.stringify(requestOf({ uri }))
}

/** Throws unless it conforms to the schema of requests. */
export function requestOf(request: unknown): unknown {
  if (!isObject(request) || typeof request['uri'] !== 'string') throw new Error('not a GetCredentialsRequest')
  return request
}

/** Reads standard output. Throws unless it is one JSON text that conforms to the schema of responses. */
export function responseOf(stdout: string): Answered {
  const response: unknown = JSON.parse(stdout)
  if (!isObject(response)) throw new Error('not a GetCredentialsResponse')
  const { headers = {}, expires } = response
  if (!isObject(headers) || !Object.values(headers).every(isListOfStrings)) throw new Error('headers')
  if (expires === undefined) return { headers: headers as Answered['headers'] }
  return { headers: headers as Answered['headers'], expires: secondsIn(expires) }
}

/** Bazel's format is `yyyy-MM-dd'T'HH:mm:ssXXX`. */
function secondsIn(expires: unknown): number {
  const isTime = typeof expires === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/.test(expires)
  if (!isTime) throw new Error('expires')
  return Date.parse(expires) / 1000
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isListOfStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
