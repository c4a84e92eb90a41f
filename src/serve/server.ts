import type { Endpoint } from '../core/endpoint.ts'
import { asFailure, Failure, isFailure } from '../core/failure.ts'
import type { Entry } from '../engine/audit.ts'
import { printFailure } from '../remote/answers.ts'
import { mostAtOnce, mostConnections, readLimit, requestLimit } from '../remote/limits.ts'
import { lineOf, lineTaker } from '../remote/lines.ts'
import { firstLine, parseRequest, type Request, version, versionIn } from '../remote/requests.ts'
import { concurrencyLimit } from '../system/concurrency-limit.ts'
import type { Accepted, Peer } from '../system/unix-listener.ts'
import { type Answering, type Caller, find, list, type Result } from './answering.ts'
import { remove, save } from './changing.ts'
import { isOver } from './grant.ts'
import { pace } from './pace.ts'
import { failureFor } from './refusals.ts'

export interface Serving extends Answering {
  readonly now: () => number
  /** The process and its parents, for a person; `undefined` where the system does not tell. */
  processWords(peer: Peer): string | undefined
  /** Told of each request that has been carried out or refused. */
  done(entry: Entry): void
}

/** The connections of one socket. */
export interface Connections {
  accept(socket: Accepted): void
  /** Ends all that are open. */
  end(): void
}

/** Answers all connections of one socket, within the limits of remote/limits.ts. */
export function connectionsOf(serving: Serving): Connections {
  const turns = pace(serving.now)
  // Where a person is asked, the questions come one after the other, and must not hold up what is granted already.
  const atOnce = serving.grant.ask === 'never' ? concurrencyLimit(mostAtOnce) : unlimited
  const open = new Set<Accepted>()

  function accept(socket: Accepted): void {
    socket.on('error', () => {})
    if (open.size >= mostConnections || !mayConnect(serving, socket.peer)) return void socket.destroy()
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    converse(socket, async (request) => {
      await turns.turn()
      return isOver(serving.grant, serving.now()) ? over() : atOnce(() => carryOut(serving, request, socket.peer))
    })
  }

  return {
    accept,
    end() {
      for (const socket of open) socket.destroy()
    },
  }
}

async function unlimited<T>(work: () => Promise<T>): Promise<T> {
  return work()
}

/** Where the kernel does not tell the user, only the modes of folder and socket decide. */
function mayConnect({ grant }: Serving, peer: Peer | undefined): boolean {
  return peer === undefined || grant.userIds.includes(peer.userId)
}

type Reply = ({ readonly answer: unknown } | { readonly failure: Failure }) & {
  /** Done once the far side has been answered. */
  readonly after?: () => void
}

/** Reads requests one after the other: while one is carried out, nothing more is read of the connection. */
function converse(socket: Accepted, replyTo: (request: Request) => Promise<Reply>): void {
  const take = lineTaker()
  const waiting: string[] = []
  let isGreeted = false
  let isBusy = false
  /** The first line goes with the first answer, if that is asked for at once: two packets would wait for each other. */
  let unsent: Uint8Array = new Uint8Array()
  let timer = setTimeout(() => socket.destroy(), requestLimit)

  async function next(): Promise<void> {
    isBusy = true
    socket.pause()
    clearTimeout(timer)
    for (let line = waiting.shift(); line !== undefined; line = waiting.shift()) await hear(line)
    if (unsent.length > 0) await send()
    isBusy = false
    if (socket.destroyed) return
    timer = setTimeout(() => socket.destroy(), requestLimit)
    socket.resume()
  }

  async function hear(line: string): Promise<void> {
    if (isGreeted) return answer(line)
    isGreeted = true
    unsent = lineOf(firstLine())
    if (versionIn(line) !== version) throw new Failure('unsupported', `this is version ${version} of the protocol`)
  }

  async function answer(line: string): Promise<void> {
    const { id, request } = parseRequest(line)
    const reply: Reply = request === undefined ? { failure: unknownRequest() } : await replyTo(request)
    const sent = send('failure' in reply ? { id, failure: printFailure(reply.failure) } : { id, answer: reply.answer })
    reply.after?.()
    await sent
  }

  function bytesOf(message?: object): Uint8Array {
    const bytes = message === undefined ? unsent : Buffer.concat([unsent, lineOf(message)])
    unsent = new Uint8Array()
    return bytes
  }

  /** Waits until the far side has taken it, or ends the connection. */
  async function send(message?: object): Promise<void> {
    if (socket.destroyed || socket.write(bytesOf(message))) return
    const limit = setTimeout(() => socket.destroy(), readLimit)
    await new Promise<void>((resolve) => {
      socket.once('drain', () => resolve())
      socket.once('close', () => resolve())
    })
    clearTimeout(limit)
  }

  /** What breaks the protocol gets one answer, and the connection ends. */
  function broken(error: unknown): void {
    clearTimeout(timer)
    if (!socket.destroyed) socket.end(bytesOf({ failure: printFailure(asFailure(error)) }))
    // The far side may never end its own half.
    setTimeout(() => socket.destroy(), readLimit).unref()
  }

  socket.on('close', () => clearTimeout(timer))
  socket.on('data', (bytes: Uint8Array) => {
    try {
      waiting.push(...take(bytes))
    } catch (error) {
      socket.removeAllListeners('data')
      return broken(error)
    }
    if (!isBusy && waiting.length > 0) next().catch(broken)
  })
}

function unknownRequest(): Failure {
  return new Failure('unsupported', 'there is no such request')
}

async function carryOut(serving: Serving, request: Request, peer: Peer | undefined): Promise<Reply> {
  const caller = callerOf(serving, peer)
  const noting = (end: End) => {
    const process = caller()
    return () => note(serving, request, process, end)
  }
  try {
    const answering = answerTo(serving, request, caller)
    setImmediate(caller)
    const result = await answering
    return { answer: result.answer, after: noting(result) }
  } catch (error) {
    if (isFailure(error) && error.stuck) serving.engine.reopen()
    const failure = failureFor(error)
    const { code } = failure
    return { failure, after: noting({ outcome: code === 'refused' ? 'refused' : 'failed', code }) }
  }
}

/** Told once: while the keychain works, and before the caller is answered, because it may end then. */
function callerOf({ processWords }: Serving, peer: Peer | undefined): Caller {
  let told: { readonly words: string | undefined } | undefined
  return () => {
    told ??= { words: peer && processWords(peer) }
    return told.words
  }
}

/** What became of a request, for the log. */
type End = Pick<Entry, 'outcome' | 'code'> & Partial<Pick<Result, 'endpoint' | 'account'>>

function answerTo(serving: Serving, request: Request, caller: Caller): Promise<Result> {
  switch (request.do) {
    case 'find':
      return find(serving, request.lookup, caller)
    case 'save':
      return save(serving, request.credential, request.saving, caller)
    case 'remove':
      return remove(serving, request.removal, caller)
    case 'list':
      return list(serving, request.listing)
    default:
      return request satisfies never
  }
}

function over(): Reply {
  return { failure: new Failure('unavailable', 'the time of this grant is over') }
}

function note(
  { grant, now, done }: Serving,
  request: Request,
  process: string | undefined,
  { outcome, code, ...place }: End,
): void {
  const asked = askedIn(request)
  const endpoint = (place.endpoint ?? asked.endpoint)?.key
  const account = place.account ?? asked.account
  const entry: Entry = {
    time: new Date(now()).toISOString(),
    caller: grant.name,
    ...(process === undefined ? {} : { process }),
    tool: asked.tool,
    verb: request.do,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(account === undefined ? {} : { account }),
    outcome,
    ...(code === undefined ? {} : { code }),
  }
  done(entry)
}

/** What a request names. A find that gets nothing is logged with the first of its endpoints. */
function askedIn(request: Request): { tool: string; endpoint?: Endpoint | undefined; account?: string | undefined } {
  switch (request.do) {
    case 'find': {
      const { tool, endpoints, account } = request.lookup
      return { tool, endpoint: endpoints[0], account }
    }
    case 'save': {
      const { owner: tool, endpoint, account } = request.credential
      return { tool, endpoint, account }
    }
    case 'remove':
      return request.removal
    case 'list':
      return { tool: request.listing.tool }
    default:
      return request satisfies never
  }
}
