import { Failure } from '../../../core/failure.ts'
import { hint, saidBy } from '../../../core/hint.ts'
import { isObject, type Members } from '../../../core/record.ts'
import type { StoreCommandContext } from '../../store-type.ts'
import type { Connection } from '../connection.ts'
import { errorsIn, isDone, type Reply } from '../outcome.ts'
import type { Question } from '../question.ts'

export interface LoginOptions {
  readonly method: string
  readonly authPath?: string
  readonly role?: string
  readonly user?: string
  readonly roleId?: string
  readonly jwtFile?: string
}

/** The member `auth` of the answer. */
export interface SignedIn extends Members {
  readonly client_token: string
}

export interface LoginCall {
  readonly context: StoreCommandContext
  readonly connection: Connection
  readonly options: LoginOptions
  /** The path at which the method is mounted. */
  readonly path: string
}

/** How long the server has for an answer, in milliseconds. */
const limit = 15_000

export async function posted(call: LoginCall, what: string, body: Members): Promise<SignedIn> {
  const reply = await call.connection.askAs(undefined, questionOf('POST', `auth/${call.path}/${what}`, body))
  return signedIn(call, reply)
}

export function signedIn(call: LoginCall, reply: Reply): SignedIn {
  const auth = reply.body?.['auth']
  if (isDone(reply) && isObject(auth) && isSignedIn(auth)) return auth
  throw refusal(call, reply)
}

export function questionOf(method: 'GET' | 'POST', path: string, body?: Members): Question {
  const stop = new AbortController()
  const late = () =>
    stop.abort(
      new Failure('timeout', `the OpenBao server did not answer within ${limit / 1000} seconds`, {
        hints: [hint`credbridge doctor`],
      }),
    )
  setTimeout(late, limit).unref()
  return {
    method,
    path,
    ...(body === undefined ? {} : { body }),
    needs: { capability: 'update', path },
    signal: stop.signal,
  }
}

/** What the server says about a sign-in is for the person. */
export function refusal({ connection, options, path }: LoginCall, reply: Reply): Failure {
  const { address } = connection.server
  const [said] = errorsIn(reply)
  if (said?.includes('no handler for route') === true || reply.status === 404) {
    return new Failure('refused', `${address} has no sign-in by ${options.method} at auth/${path}`, {
      hints: [hint`name where it is: credbridge openbao login --method ${options.method} --auth-path <path>`],
    })
  }
  if (reply.status >= 500 || reply.status === 429) {
    return new Failure('unavailable', `${address} cannot sign anybody in now (status ${`${reply.status}`})`)
  }
  return new Failure('refused', `${address} refuses the sign-in by ${options.method} at auth/${path}`, {
    hints: said === undefined ? [] : [saidBy('the server', said.slice(0, 200))],
  })
}

export function needs(option: string): Failure {
  return new Failure('malformed', `this way to sign in needs ${option}`, {
    hints: [hint`credbridge openbao login --help`],
  })
}

function isSignedIn(auth: Members): auth is SignedIn {
  return typeof auth['client_token'] === 'string' && auth['client_token'] !== ''
}
