import { asFailure, type Failure, isFailure } from '../core/failure.ts'
import { ownSocketsOnly } from '../system/own-socket.ts'
import type { ConnectSocket, UnixSocket } from '../system/unix-socket.ts'
import type { BusAddress } from './address.ts'
import { outputOf } from './bytes.ts'
import { type Call, hello } from './call.ts'
import { busSilent, busUnreachable, busVanished } from './failures.ts'
import { incoming } from './incoming.ts'
import { type Bodies, longest, printMessage, type Received, readBody } from './message.ts'

/** A connection to the session bus. It keeps the process alive only while a call or a signal is awaited. */
export interface Connection {
  /**
   * Calls a method. All calls of one turn of the event loop are sent in one write, those of the first turn with the
   * authentication. No such object: `undefined`. No answer within the limit, in milliseconds: `timeout`.
   */
  call<Reply extends keyof Bodies>(call: Call<Reply>, limit: number): Promise<Bodies[Reply] | undefined>
  /** Waits for the first signal for which `pick` returns a value. The bus sends only signals that match a rule. */
  signal<Result>(pick: (signal: Received) => Result | undefined, limit: number): Promise<Result>
  /** Settles once the first calls are sent, or never will be. */
  readonly begun: Promise<void>
  close(): void
  readonly closed: boolean
}

/** The failures to report when the called service answers with an error, or not as expected. */
export interface ServiceFailures {
  /** The failure for the error with this name; `undefined` if it only means that the object does not exist. */
  failureOf(error: string): Failure | undefined
  /** There was no answer in time. */
  noAnswer(): Failure
  /** The answers are too large. */
  tooMuch(): Failure
}

/** A caller that waits for a message. It also receives messages for others. */
interface Waiting {
  take(message: Received): void
  fail(failure: Failure): void
}

/** The bus permits 128 unanswered calls by default: `max_replies_per_connection`. */
const atOnce = 100

/** How many bytes may arrive before all answers are there: four of the longest messages. */
const most = 4 * longest

/**
 * Connects as this user to the first of these sockets that belongs to the user or root and accepts. The bus must reply
 * to `Hello` within the limit, in milliseconds.
 */
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
  let begin = () => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
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
    begin()
  }

  function receive(message: Received): void {
    if (message.type === 'signal') for (const one of [...waiting.values()]) one.take(message)
    else if (message.answers !== undefined) waiting.get(message.answers)?.take(message)
  }

  function end(failure: Failure): void {
    state = 'closed'
    socket.close()
    begin()
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

  function replyIn<Reply extends keyof Bodies>(
    message: Received,
    reply: Reply,
    absent: readonly string[],
  ): Bodies[Reply] | undefined {
    if (message.type !== 'error') return readBody(message, reply)
    const error = message.error ?? ''
    const failure = absent.includes(error) ? undefined : failureOf(error)
    if (failure !== undefined) throw failure
    return undefined
  }

  function send<Reply extends keyof Bodies>(
    call: Call<Reply>,
    limit: number,
    silent = noAnswer,
  ): Promise<Bodies[Reply] | undefined> {
    const { reply, absent = [], body = [], ...head } = call
    const serial = ++numbers
    if (unsent.at === 0) Promise.resolve().then(flush)
    printMessage(unsent, { ...head, type: 'call', serial }, body)
    unanswered++
    const answer = wait(serial, limit, silent, (message) =>
      message.type === 'signal' ? undefined : { value: replyIn(message, reply, absent) },
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
    begun,
    close: () => end(busVanished()),
    get closed() {
      return state === 'closed'
    },
  }
}

/**
 * The kernel tells the bus our user ID, so there is no challenge to wait for, and the messages may follow at once:
 * https://dbus.freedesktop.org/doc/dbus-specification.html#auth-mechanisms-external.
 */
function authentication(userId: number): string {
  const hex = [...String(userId)].map((digit) => `3${digit}`).join('')
  return `\0AUTH EXTERNAL ${hex}\r\nBEGIN\r\n`
}
