import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { isObject, type Members, objectIn } from '../../core/record.ts'
import type { Server } from './server.ts'

/* What each answer of the server means: https://openbao.org/api-docs/#http-status-codes. */

/** An answer of the server, as far as it is used. */
export interface Reply {
  readonly status: number
  /** The whole body; `undefined` if it is no JSON object. */
  readonly body: Members | undefined
  readonly retryAfter: string | undefined
  readonly location: string | undefined
  /** What the cluster counts a write as. */
  readonly index: string | undefined
}

export async function replyOf(response: Response): Promise<Reply> {
  return {
    status: response.status,
    body: objectIn(await response.text()),
    retryAfter: response.headers.get('retry-after') ?? undefined,
    location: response.headers.get('location') ?? undefined,
    index: response.headers.get('x-vault-index') ?? undefined,
  }
}

const refusals = new WeakSet<Failure>()

/** Marks a failure as the server's own no, not one of this machine. */
export function asRefusal(failure: Failure): Failure {
  refusals.add(failure)
  return failure
}

export function isRefusal(failure: Failure): boolean {
  return refusals.has(failure)
}

export function errorsIn({ body }: Reply): readonly string[] {
  const errors = body?.['errors']
  return Array.isArray(errors) ? errors.filter((one) => typeof one === 'string') : []
}

/** The member `data`, which most answers have. */
export function dataIn({ body }: Reply): Members | undefined {
  const data = body?.['data']
  return isObject(data) ? data : undefined
}

export function isDone({ status }: Reply): boolean {
  return status >= 200 && status < 300
}

/** Whether nothing is there: the server itself says so. A page of another server is no such answer. */
export function isAbsent(reply: Reply): boolean {
  const { status, body } = reply
  return status === 404 && body !== undefined && Array.isArray(body['errors']) && errorsIn(reply).length === 0
}

/** Whether the entry was changed since it was read. */
export function isChanged(reply: Reply): boolean {
  return reply.status === 400 && errorsIn(reply).some((error) => error.includes('did not match the current version'))
}

/** Whether this node serves nobody: it is sealed or not set up. Another one of its cluster may. */
export function isClosed(reply: Reply): boolean {
  return reply.status === 503 && errorsIn(reply).some((error) => /sealed|not initialized/i.test(error))
}

/** Whether the same request may well succeed a moment later. */
export function isPassing({ status }: Reply): boolean {
  return [412, 429, 472, 473, 500, 502, 503, 504].includes(status)
}

/** How many milliseconds the server wants to be left alone; `undefined` if it does not say. */
export function pauseIn({ retryAfter = '' }: Reply): number | undefined {
  return /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) * 1000 : undefined
}

/** The failure for an answer that is none of the expected ones. `what` names the request for a person. */
export function failureOf({ address, mount }: Server, reply: Reply, what: string): Failure {
  const { status } = reply
  const errors = errorsIn(reply).join('; ')
  const unavailable = (message: string, ...hints: Failure['hints']) =>
    new Failure('unavailable', message, { hints, passing: true })
  if (status === 404 && errors.includes('no handler for route')) {
    return unavailable(`${address} has no mount named ${mount}, or this token may not know of it`, noMount())
  }
  if (status === 404) return unavailable(`${address} does not answer as OpenBao does: it is another server or a proxy`)
  if (status === 405) return notVersion2(mount)
  if (status === 413 || /too large|exceeds|max_entry_size/i.test(errors)) {
    return new Failure('too-large', `${address} does not take so much at one endpoint`)
  }
  if (status === 400) return new Failure('malformed', `${address} does not accept the request: ${what}`)
  if (status === 403) return new Failure('refused', `${address} does not permit this token: ${what}`)
  if (status === 429) {
    const pause = pauseIn(reply)
    const when = pause === undefined ? 'later' : `in ${pause / 1000} seconds`
    return unavailable(`${address} has too many requests now: it may be asked again ${when}`)
  }
  if (status === 503 && /sealed/i.test(errors)) {
    return unavailable(`${address} is sealed, so it answers nobody`, hint`ask its administrators to unseal it`)
  }
  if (status === 503 && /not initialized/i.test(errors)) return unavailable(`${address} is not set up yet`)
  if (status === 500 && /active cluster node not found|leader/i.test(errors)) {
    return unavailable(`the cluster of ${address} has no leader now`)
  }
  if (status === 472 || status === 473 || status === 412)
    return unavailable(`${address} is a standby that cannot answer`)
  if (status >= 500) return unavailable(`${address} cannot answer now (status ${status})`)
  return unavailable(`${address} does not answer as OpenBao does (status ${status})`)
}

export function notVersion2(mount: string): Failure {
  return new Failure('unsupported', `the mount ${mount} is not a KV engine of version 2`, {
    hints: [hint`to make one: bao secrets enable -path=<name> -version=2 kv`],
  })
}

const noMount = () => hint`to name another mount: credbridge use openbao --mount <name>`
