import { Failure, isFailure, withHints } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Secret } from '../../core/secret.ts'
import { type Fetch, httpClient } from '../../system/http/client.ts'
import type { ClientMachine } from '../../system/machine.ts'
import type { StoreContext } from '../store-type.ts'
import { isDue } from './kept.ts'
import { asRefusal, failureOf, isClosed, type Reply, replyOf } from './outcome.ts'
import type { AskAs, Question } from './question.ts'
import { seenAt } from './seen.ts'
import { type Server, serverOf, variable } from './server.ts'
import { noToken, type TokenSource, tokenOf } from './token.ts'

/** A server, and how it is asked. */
export interface Connection {
  readonly server: Server
  readonly machine: ClientMachine
  /** The token that the server knows us by. Without one: `locked`. */
  token(): Promise<Secret>
  /** Where the token is from; `undefined` if there is none. */
  source(): Promise<TokenSource | undefined>
  /** Asks with this token, or without one. */
  readonly askAs: AskAs
  /** Asks with the token. An answer of another status than 200 to 299 is not a failure yet: see `failed`. */
  ask(question: Question): Promise<Reply>
  /** The failure for an answer. Asks the server whether it still knows the token, if it permits nothing. */
  failed(reply: Reply, question: Question): Promise<Failure>
}

/** The longest answer that is taken, in bytes: a list of a hundred thousand entries. */
const longest = 8 * 1024 * 1024

export function connectionOf(context: StoreContext): Connection {
  const { machine } = context
  const server = serverOf(context)
  const { httpCaFile: caFile } = context.settings
  const fetch = httpClient({
    environment: server.isEnvironments ? withProxy(machine) : machine.env,
    caFile,
    onlyCaFile: server.caFile,
    longest,
  })
  const seen = seenAt(server.address, machine)
  /** Of one that was found. Otherwise each call looks again, because a person may have signed in meanwhile. */
  let known: TokenSource | undefined
  let renewing: Promise<TokenSource> | undefined
  /** Asked first by the next question: the node that answered last. */
  let leading = server.address

  async function source(): Promise<TokenSource | undefined> {
    known ??= await tokenOf(server, context)
    if (known?.kept === undefined || !isDue(known.kept, Date.now())) return known
    renewing ??= renew(known)
    return renewing
  }

  /** Once a minute at most, for a process that goes on. */
  async function renew(due: TokenSource): Promise<TokenSource> {
    known = await (await import('./renew.ts')).renewed(machine, askAs, due)
    const again = setTimeout(() => {
      renewing = undefined
    }, 60_000)
    again.unref()
    return known
  }

  async function askAs(token: Secret | undefined, question: Question): Promise<Reply> {
    const nodes = [leading, ...[server.address, ...server.nodes].filter((node) => node !== leading)]
    const asked = { ...question, headers: seen.headers() }
    const { reply, node } = await askCluster(nodes, server, fetch, asked, token)
    leading = node
    // Where nothing can be written, such as in a container, the next process may read what was before.
    await seen.hear(reply.index).catch(() => {})
    return reply
  }

  async function token(): Promise<Secret> {
    const found = await source()
    if (found === undefined) throw noToken(server)
    return found.token
  }

  async function ask(question: Question): Promise<Reply> {
    return askAs(await token(), question)
  }

  async function failed(reply: Reply, question: Question): Promise<Failure> {
    const { capability, path } = question.needs
    const failure = failureOf(server, reply, `${capability} on ${path}`)
    if (reply.status !== 403) return failure
    const self = await ask({
      method: 'GET',
      path: 'auth/token/lookup-self',
      reads: true,
      needs: question.needs,
      signal: question.signal,
    })
    if (self.status !== 403) {
      return asRefusal(withHints(failure, [hint`ask for a policy that permits ${capability} on ${path}`]))
    }
    const { from, mends } = (await source()) ?? { from: 'the token', mends: [] }
    known = undefined
    renewing = undefined
    const message = `${server.address} does not know ${from} any more: it has expired or was revoked`
    return asRefusal(new Failure('locked', message, { hints: mends }))
  }

  return { server, machine, token, source, askAs, ask, failed }
}

interface NodeReply {
  readonly reply: Reply
  readonly node: string
}

/**
 * Asks one node, and the others if it cannot be reached or serves nobody. Follows one redirect to a node that the
 * settings name.
 */
async function askCluster(
  nodes: readonly string[],
  server: Server,
  fetch: Fetch,
  question: Question,
  token: Secret | undefined,
): Promise<NodeReply> {
  let closed: NodeReply | undefined
  let last: unknown
  for (const node of nodes) {
    const isLast = node === nodes.at(-1)
    const { part, end } = isLast || question.reads !== true ? { part: question, end() {} } : partOf(question, node)
    try {
      const reply = await askNode(node, server, fetch, part, token)
      if (reply.status >= 300 && reply.status <= 399) {
        return { reply: await followed(reply, server, fetch, part, token), node }
      }
      if (isLast || !isClosed(reply)) return { reply, node }
      closed ??= { reply, node }
    } catch (error) {
      if (question.signal.aborted || !isFailure(error) || error.code !== 'unavailable') throw error
      last ??= error
    } finally {
      end()
    }
  }
  if (closed !== undefined) return closed
  throw last
}

/** The same question with a third of a client's time, so that a node that is silent leaves time for the next one. */
function partOf(question: Question, node: string): { readonly part: Question; end(): void } {
  const stop = new AbortController()
  const stopped = () => stop.abort(question.signal.reason)
  const late = () =>
    stop.abort(new Failure('unavailable', `${node} did not answer in its part of the time`, { passing: true }))
  const timer = setTimeout(late, 1_600)
  if (question.signal.aborted) stopped()
  question.signal.addEventListener('abort', stopped)
  return {
    part: { ...question, signal: stop.signal },
    end() {
      clearTimeout(timer)
      question.signal.removeEventListener('abort', stopped)
    },
  }
}

async function followed(
  { location = '' }: Reply,
  server: Server,
  fetch: Fetch,
  question: Question,
  token: Secret | undefined,
): Promise<Reply> {
  const to = URL.canParse(location) ? new URL(location).origin : undefined
  if (to === undefined || ![server.address, ...server.nodes].includes(to)) {
    const where = to === undefined ? 'nowhere' : `${to}, which the settings do not name`
    throw new Failure('refused', `${server.address} leads to ${where}`, {
      hints: to === undefined ? [] : [hint`if it is a node of the same cluster, add it to openbao.nodes: ${to}`],
    })
  }
  const reply = await askNode(to, server, fetch, question, token)
  if (reply.status < 300 || reply.status > 399) return reply
  throw new Failure('unavailable', `${to} leads to yet another server`, { passing: true })
}

async function askNode(
  node: string,
  { namespace }: Server,
  fetch: Fetch,
  { method, path, body, wrap, headers: further = {}, signal }: Question,
  token: Secret | undefined,
): Promise<Reply> {
  const headers = {
    ...(token === undefined ? {} : { 'x-vault-token': token.expose() }),
    'x-vault-request': 'true',
    ...further,
    ...(namespace === '' ? {} : { 'x-vault-namespace': `${namespace}/` }),
    ...(wrap === undefined ? {} : { 'x-vault-wrap-ttl': `${wrap}s` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  const sent = body === undefined ? null : JSON.stringify(body)
  return replyOf(await fetch(`${node}/v1/${path}`, { method, headers, body: sent, signal }))
}

/** The proxy that is meant for OpenBao only takes precedence. */
function withProxy({ env }: ClientMachine): ClientMachine['env'] {
  const proxy = variable(env, 'PROXY_ADDR') ?? variable(env, 'HTTP_PROXY')
  return proxy === undefined ? env : { ...env, https_proxy: proxy }
}
