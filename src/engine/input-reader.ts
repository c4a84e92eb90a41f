import { Failure } from '../core/failure.ts'
import { linesIn, wholeText } from '../system/lines.ts'
import type { Input, Reading } from '../tools/dialect.ts'
import type { CallInput } from './call.ts'

/** How long a client may take to write one message, in milliseconds. A person at a terminal has no limit. */
const patience = 10_000

/** The messages of one call, one after the other. */
export interface InputReader {
  /** Reads one message as `reading` describes. Too large: `malformed`. Too slow: `timeout`. */
  message(reading: Reading): Promise<Input>
  /** Reads the next line, without its line end; `undefined` at the end of the input. */
  line(atMost: number): Promise<string | undefined>
}

export function inputReader(input: CallInput): InputReader {
  let unread = Buffer.alloc(0)
  let isAtEnd = false

  /** Waits for more bytes. Returns false at the end of the input. */
  async function more(until: number): Promise<boolean> {
    const chunk = isAtEnd ? undefined : await input.next(until - Date.now())
    isAtEnd = chunk === undefined
    if (chunk !== undefined) unread = Buffer.concat([unread, chunk])
    return chunk !== undefined
  }

  async function deadline(): Promise<number> {
    return (await input.isTerminal()) ? Number.POSITIVE_INFINITY : Date.now() + patience
  }

  function take(length: number): Buffer {
    const taken = unread.subarray(0, length)
    unread = unread.subarray(length)
    return taken
  }

  async function message({ atMost, ends, notFromPerson }: Reading): Promise<Input> {
    if (notFromPerson === true && (await input.isTerminal())) return inputOf(Buffer.alloc(0))
    const until = await deadline()
    for (;;) {
      const end = ends?.(unread)
      if (end !== undefined) return inputOf(take(end))
      if (unread.length > atMost) throw tooLarge(atMost)
      if (!(await more(until))) return inputOf(take(unread.length))
    }
  }

  async function line(atMost: number): Promise<string | undefined> {
    const until = await deadline()
    for (;;) {
      const end = unread.indexOf('\n')
      if (end >= 0) return linesIn(take(end + 1))[0]
      if (unread.length > atMost) throw tooLarge(atMost)
      if (!(await more(until))) return unread.length === 0 ? undefined : linesIn(take(unread.length))[0]
    }
  }

  return { message, line }
}

function inputOf(bytes: Uint8Array): Input {
  return { bytes, text: () => wholeText(bytes) }
}

function tooLarge(atMost: number): Failure {
  return new Failure('malformed', `the input is over ${atMost} bytes`)
}
