import { asFailure, type Failure, isFailure } from '../core/failure.ts'
import { ownSocketsOnly } from '../system/own-socket.ts'
import type { ConnectSocket, UnixSocket } from '../system/unix-socket.ts'
import type { BusAddress } from './address.ts'
import { hello } from './bus-calls.ts'
import { outputOf } from './bytes.ts'
import type { Call } from './call.ts'
import { busSilent, busUnreachable, busVanished } from './failures.ts'
import { incoming } from './incoming.ts'
import { printMessage, type Received, readBody } from './message.ts'

/**
 * One conversation with the session bus. It keeps the process alive only while somebody waits for an answer. `Bodies` says
 * which values the replies of these signatures hold.
 */
export interface Connection<Bodies> {
  /**
   * Calls a method. All calls of one turn leave in one write, those of the first turn together with the
   * authentication. The object is not there: `undefined`. No answer within the limit, in milliseconds: `timeout`.
   */
  call<Reply extends keyof Bodies & string>(call: Call<Reply>, limit: number): Promise<Bodies[Reply] | undefined>
  /** Waits for the first signal of which `pick` makes something. The bus sends only those that it was asked for. */
  signal<Result>(pick: (signal: Received) => Result | undefined, limit: number): Promise<Result>
  close(): void
  readonly closed: boolean
}

/** What it means that those fail who are asked over the bus. */
export interface PeerFailures {
  noAnswer(): Failure
  /** What an error stands for, by its name; `undefined` if it only says that an object is not there. */
  meaning(error: string): Failure | undefined
}

/** Somebody who waits for a message, which may be another one. */
interface Waiting {
  take(message: Received): void
  fail(failure: Failure): void
}

/** The bus permits 128 unanswered calls, unless it is told otherwise: `max_replies_per_connection`. */
const atOnce = 100

/** Speaks to the first of these sockets that is ours or root's and can be reached, as this user. The bus must greet us within the limit. */
export function openConnection<Bodies>(
  connect: ConnectSocket,
  addresses: readonly [BusAddress, ...BusAddress[]],
  userId: number,
  limit: number,
  peer: PeerFailures,
): Connection<Bodies> {
  const waiting = new Map<number, Waiting>()
  let unsent = outputOf(4096)
  unsent.at = unsent.bytes.write(authentication(userId))
  let state: 'connecting' | 'open' | 'closed' = 'connecting'
  let numbers = 0
  let unanswered = 0
  const later: (() => void)[] = []
  const connectToOwn = ownSocketsOnly(connect, userId)
  let stranger: Failure | undefined
  let socket = reach(addresses[0], addresses.slice(1))
  send(hello, limit, busSilent).catch((error) => end(asFailure(error)))

  function reach({ path, guid }: BusAddress, others: readonly BusAddress[]): UnixSocket {
    const feed = incoming(receive, guid)
    return connectToOwn(path, {
      opened() {
        state = 'open'
        flush()
      },
      received(bytes) {
        try {
          feed(bytes)
        } catch (error) {
          end(asFailure(error))
        }
      },
      ended(error) {
        const [next, ...rest] = others
        if (isFailure(error)) stranger ??= error
        if (state === 'connecting' && next !== undefined) socket = reach(next, rest)
        else end(state === 'connecting' ? (stranger ?? busUnreachable(error)) : busVanished())
      },
    })
  }

  function flush(): void {
    if (state !== 'open' || unsent.at === 0) return
    socket.send(unsent.bytes.subarray(0, unsent.at))
    unsent = outputOf(1024)
  }

  function receive(message: Received): void {
    if (message.type === 'signal') for (const one of [...waiting.values()]) one.take(message)
    else if (message.answers !== undefined) waiting.get(message.answers)?.take(message)
  }

  function end(failure: Failure): void {
    state = 'closed'
    socket.close()
    for (const one of [...waiting.values()]) one.fail(failure)
  }

  function wait<T>(
    number: number,
    limit: number,
    noAnswer: () => Failure,
    pick: (message: Received) => { value: T } | undefined,
  ): Promise<T> {
    if (state === 'closed') return Promise.reject(busVanished())
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(() => reject(noAnswer())), limit)
      function settle(how: () => void): void {
        clearTimeout(timer)
        waiting.delete(number)
        if (waiting.size === 0) socket.keepAlive(false)
        how()
      }
      waiting.set(number, {
        take(message) {
          try {
            const picked = pick(message)
            if (picked !== undefined) settle(() => resolve(picked.value))
          } catch (error) {
            settle(() => reject(asFailure(error)))
          }
        },
        fail: (failure) => settle(() => reject(failure)),
      })
      socket.keepAlive(true)
    })
  }

  function send<Body>(call: Call, limit: number, noAnswer: () => Failure): Promise<Body | undefined> {
    const { reply, body = [], ...head } = call
    const serial = ++numbers
    if (unsent.at === 0) Promise.resolve().then(flush)
    printMessage(unsent, { ...head, type: 'call', serial }, body)
    unanswered++
    const answer = wait(serial, limit, noAnswer, (message) =>
      message.type === 'signal' ? undefined : { value: replyIn<Body>(message, reply) },
    )
    return answer.finally(() => {
      unanswered--
      later.shift()?.()
    })
  }

  function replyIn<Body>(message: Received, reply: string): Body | undefined {
    if (message.type !== 'error') return readBody<Body>(message, reply)
    const failure = peer.meaning(message.error ?? '')
    if (failure !== undefined) throw failure
    return undefined
  }

  function call<Body>(call: Call, limit: number): Promise<Body | undefined> {
    if (unanswered < atOnce) return send(call, limit, peer.noAnswer)
    return new Promise((resolve) => later.push(() => resolve(send(call, limit, peer.noAnswer))))
  }

  return {
    call,
    signal: (pick, limit) =>
      wait(++numbers, limit, peer.noAnswer, (message) => {
        const value = message.type === 'signal' ? pick(message) : undefined
        return value === undefined ? undefined : { value }
      }),
    close: () => end(busVanished()),
    get closed() {
      return state === 'closed'
    },
  }
}

/**
 * Who we are is what the kernel says of the socket's other end, so nothing has to be asked back, and the messages may
 * follow at once: https://dbus.freedesktop.org/doc/dbus-specification.html#auth-mechanisms-external.
 */
function authentication(userId: number): string {
  const hex = [...String(userId)].map((digit) => `3${digit}`).join('')
  return `\0AUTH EXTERNAL ${hex}\r\nBEGIN\r\n`
}
