import { Failure } from '../core/failure.ts'
import { isObject, type Members, objectIn, objectsIn } from '../core/record.ts'
import type { Fetch, FetchOptions } from '../system/http/client.ts'

/** An answer with a JSON object; any other body is none. */
export interface JsonAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Members | undefined
}

/** Asks for JSON. Sends nothing of ours but what the options say. */
export async function askForJson(fetch: Fetch, url: string, options: FetchOptions = {}): Promise<JsonAnswer> {
  const headers = { accept: 'application/json', ...options.headers }
  const answer = await fetch(url, { ...options, headers, redirect: 'manual' })
  const { status } = answer
  return { status, headers: answer.headers, body: objectIn(await answer.text()) }
}

/** Asks for a JSON list of objects; any other body is none. Sends nothing of ours but what the options say. */
export async function askForList(
  fetch: Fetch,
  url: string,
  options: FetchOptions = {},
): Promise<{ readonly status: number; readonly list: readonly Members[] | undefined }> {
  const headers = { accept: 'application/json', ...options.headers }
  const answer = await fetch(url, { ...options, headers, redirect: 'manual' })
  return { status: answer.status, list: objectsIn(await answer.text()) }
}

/** The value at the end of the way; `undefined` where the way ends before. */
export function valueAt(body: unknown, way: readonly string[]): unknown {
  return way.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), body)
}

/** What an answer means that is none of the expected ones. */
export function unexpected(url: string, { status }: { readonly status: number }): Failure {
  const { host } = new URL(url)
  if (status >= 300 && status < 400) {
    return new Failure('refused', `${host} redirects to another address, which is not followed`)
  }
  if (status === 429 || status >= 500) {
    return new Failure('unavailable', `${host} cannot answer now (status ${status})`)
  }
  return new Failure('unavailable', `${host} did not answer as expected (status ${status})`)
}
