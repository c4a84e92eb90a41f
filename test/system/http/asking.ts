import { isFailure } from '../../../src/core/failure.ts'
import { type HttpOptions, httpClient } from '../../../src/system/http/client.ts'

/* Makes one request with our client, and tells what came of it. */

export interface Asking {
  readonly url: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>
  /** The caller gives up after so many milliseconds; 0: before it asks. */
  readonly patience?: number
  readonly options?: Omit<HttpOptions, 'environment'>
}

export type Outcome =
  | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
  | { readonly code: string; readonly message: string; readonly hints: readonly string[] }
  | { readonly thrown: string }

/** Makes the request. */
export async function ask({ url, method, headers, body, form, patience, options }: Asking): Promise<Outcome> {
  const sent = form === undefined ? body : new URLSearchParams(form)
  const stop = new AbortController()
  if (patience === 0) stop.abort()
  else if (patience !== undefined) setTimeout(() => stop.abort(), patience)
  try {
    const response = await httpClient({ environment: process.env, ...options })(url, {
      ...(method === undefined ? {} : { method }),
      ...(headers === undefined ? {} : { headers }),
      ...(sent === undefined ? {} : { body: sent }),
      signal: stop.signal,
    })
    const answered = Object.fromEntries(response.headers.entries())
    return { status: response.status, headers: answered, body: await response.text() }
  } catch (error) {
    if (isFailure(error)) return { code: error.code, message: error.message, hints: error.hints }
    return { thrown: (error as Error).name }
  }
}
