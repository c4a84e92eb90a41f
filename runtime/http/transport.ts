import { isCertificate, trust as trusted } from 'host:tls'
import { none } from '../../src/system/http/authorities.ts'
import type { Incoming, Outgoing, Peer, ProxyPeer, Transport, Trust, Way } from '../../src/system/http/exchange.ts'
import { proxyRefusal, type Trouble, troubleAt, troubleOf } from '../../src/system/http/trouble.ts'
import { Answer, requestText, tooLarge } from './message.ts'
import { Scope } from './scope.ts'
import type { Stream } from './stream.ts'
import { connected } from './tcp.ts'
import { secured } from './tls.ts'

/* Takes the place of src/system/http/transport.ts. */

export const trust: Transport['trust'] = (system, own) => {
  const broken = own.find(({ certificate }) => !isCertificate(certificate))
  if (broken !== undefined) throw broken.broken()
  return trusted(
    system === undefined || system === none ? '' : system,
    own.map((it) => it.certificate).join('\n'),
  ) as unknown as Trust
}

export const exchange: Transport['exchange'] = async (outgoing, way) => {
  const scope = new Scope()
  const stopped = new Promise<never>((_, reject) => {
    way.signal.addEventListener('abort', () => reject(way.signal.reason))
  })
  try {
    return await Promise.race([stopped, answerOf(outgoing, way, scope)])
  } finally {
    scope.close()
  }
}

async function answerOf(outgoing: Outgoing, way: Way, scope: Scope): Promise<Incoming> {
  const { server, proxy, trust, longest } = way
  const secure = (stream: Stream, peer: Peer) =>
    at(peer, 'no-tls', () => secured(stream, trust as unknown as number, peer.host, scope))
  const first = proxy ?? server
  let stream = await at(first, 'unreachable', () => connected(first, scope))
  if (proxy?.secure === true) stream = await secure(stream, proxy)
  if (proxy !== undefined) await tunnel(stream, proxy, server)
  if (server.secure) stream = await secure(stream, server)
  return at(server, 'not-http', () => answered(stream, outgoing, longest))
}

/** An error of `act` becomes the failure for what happened there. */
async function at<Value>(peer: Peer, otherwise: Trouble, act: () => Promise<Value>): Promise<Value> {
  try {
    return await act()
  } catch (error) {
    throw troubleAt(peer, error === tooLarge ? 'too-large' : troubleOf(error, otherwise), error)
  }
}

async function tunnel(stream: Stream, proxy: ProxyPeer, { host, port }: Peer): Promise<void> {
  const place = `${host}:${port}`
  const { authorization } = proxy
  const signIn = authorization === undefined ? [] : [['proxy-authorization', authorization] as const]
  const { status } = await at(proxy, 'not-http', async () => {
    await stream.send(requestText('CONNECT', place, [['host', place], ...signIn]))
    return new Answer(stream).head()
  })
  if (status < 200 || status > 299) throw proxyRefusal(proxy, status)
}

async function answered(stream: Stream, outgoing: Outgoing, longest: number): Promise<Incoming> {
  const { method, target, headers, body } = outgoing
  await stream.send(requestText(method, target, headers))
  await stream.send(body)
  const answer = new Answer(stream)
  const head = await answer.head()
  return { ...head, body: await answer.body(method, head, longest) }
}
