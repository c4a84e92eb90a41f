import { asFailure, type Failure, isFailure } from '../core/failure.ts'
import { ownSocketsOnly } from '../system/own-socket.ts'
import type { ConnectSocket, UnixSocket } from '../system/unix-socket.ts'
import type { BusAddress } from './address.ts'
import { outputOf } from './bytes.ts'
import { type Call, hello } from './call.ts'
import { busSilent, busUnreachable, busVanished } from './failures.ts'
import { incoming } from './incoming.ts'
import { type Bodies, longest, printMessage, type Received, readBody } from './message.ts'

/** One conversation with the session bus. It keeps the process alive only while somebody waits for an answer. */
export interface Connection {
  /**
   * Calls a method. All calls of one turn leave in one write, those of the first turn together with the
   * authentication. The object is not there: `undefined`. No answer within the limit, in milliseconds: `timeout`.
   */
  call<Reply extends keyof Bodies>(call: Call<Reply>, limit: number): Promise<Bodies[Reply] | undefined>
  /** Waits for the first signal of which `pick` makes something. The bus sends only those that it was asked for. */
  signal<Result>(pick: (signal: Received) => Result | undefined, limit: number): Promise<Result>
  close(): void
  readonly closed: boolean
}

/** What a person is told when the service that is spoken to does not answer as it should. */
export interface ServiceFailures {
  /** What an error with this name means; `undefined` if it only says that an object is not there. */
  failureOf(error: string): Failure | undefined
  /** No answer came in time. */
  noAnswer(): Failure
  /** It says more than anybody wants to hear. */
  tooMuch(): Failure
}

/** Somebody who waits for a message, which may be another one. */
interface Waiting {
  take(message: Received): void
  fail(failure: Failure): void
}

/** The bus permits 128 unanswered calls, unless it is told otherwise: `max_replies_per_connection`. */
const atOnce = 100

/** What may come in, in bytes, while somebody waits for answers: four of the longest messages. */
const most = 4 * longest

/** Speaks to the first of these sockets that is ours or root's and can be reached, as this user. The bus must greet us within the limit. */
export function openConnection(
  connect: ConnectSocket,
  addresses: readonly [BusAddress, ...BusAddress[]],
  userId: number,
  limit: number,
  { failureOf, noAnswer, tooMuch }: ServiceFailures,
): Connection {
  const waiting = new Map<number, Waiting>()
  let unsent = outputOf(4096)
  unsent.at = unsent.bytes.write(authentication(userId))
  let state: 'connecting' | 'open' | 'closed' = 'connecting'
  let numbers = 0
  let unanswered = 0
  let received = 0
  const later: (() => void)[] = []
  const connectToOwn = ownSocketsOnly(connect, userId)
  let refusal: Failure | undefined
  let socket = connectTo(addresses[0], addresses.slice(1))
  send(hello, limit, busSilent).catch((error) => end(asFailure(error)))

  function connectTo({ path, guid }: BusAddress, others: readonly BusAddress[]): UnixSocket {
    const feed = incoming(receive, guid)
    return connectToOwn(path, {
      opened() {
        state = 'open'
        flush()
      },
      received(bytes) {
        try {
          received += bytes.length
          if (received > most) throw tooMuch()
          feed(bytes)
        } catch (error) {
          end(asFailure(error))
        }
      },
      ended(error) {
        const [next, ...rest] = others
        if (isFailure(error)) refusal ??= error
        if (state === 'connecting' && next !== undefined) socket = connectTo(next, rest)
        else end(state === 'connecting' ? (refusal ?? busUnreachable(error)) : busVanished())
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

  function rest(): void {
    received = 0
    socket.keepAlive(false)
  }

  function wait<T>(
    number: number,
    limit: number,
    silent: () => Failure,
    pick: (message: Received) => { value: T } | undefined,
  ): Promise<T> {
    if (state === 'closed') return Promise.reject(busVanished())
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(() => reject(silent())), limit)
      function settle(how: () => void): void {
        clearTimeout(timer)
        waiting.delete(number)
        if (waiting.size === 0) rest()
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

  function replyIn<Reply extends keyof Bodies>(message: Received, reply: Reply): Bodies[Reply] | undefined {
    if (message.type !== 'error') return readBody(message, reply)
    const failure = failureOf(message.error ?? '')
    if (failure !== undefined) throw failure
    return undefined
  }

  function send<Reply extends keyof Bodies>(
    call: Call<Reply>,
    limit: number,
    silent = noAnswer,
  ): Promise<Bodies[Reply] | undefined> {
    const { reply, body = [], ...head } = call
    const serial = ++numbers
    if (unsent.at === 0) Promise.resolve().then(flush)
    printMessage(unsent, { ...head, type: 'call', serial }, body)
    unanswered++
    const answer = wait(serial, limit, silent, (message) =>
      message.type === 'signal' ? undefined : { value: replyIn(message, reply) },
    )
    return answer.finally(() => {
      unanswered--
      later.shift()?.()
    })
  }

  function call<Reply extends keyof Bodies>(call: Call<Reply>, limit: number): Promise<Bodies[Reply] | undefined> {
    if (unanswered < atOnce) return send(call, limit)
    return new Promise((resolve) => later.push(() => resolve(send(call, limit))))
  }

  return {
    call,
    signal: (pick, limit) =>
      wait(++numbers, limit, noAnswer, (message) => {
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
