import { closeSync, constants, fstatSync, openSync, read, readSync, type Stats, writeSync } from 'node:fs'
import { Failure } from '../core/failure.ts'
import { messageEnd } from '../engine/lines.ts'
import type { Reading } from '../tools/dialect.ts'

/** How long a client may take to write all of it, in milliseconds. A person at a terminal has all the time. */
const patience = 10_000

/**
 * Standard input up to its end, or to its first empty line where that ends the message. More than `atMost` bytes is
 * `malformed`, too slow `timeout`. Streams would cost 3 to 12 ms more at every start (bench/NOTES.md).
 */
export async function readInput(options: Reading, longest = patience): Promise<Uint8Array> {
  const stats = statsOf(0)
  const person = await isTerminal(0, stats)
  if (person && options.notFromPerson === true) return new Uint8Array()
  const until = person ? Number.POSITIVE_INFINITY : Date.now() + longest
  const unblocked = stats?.isFIFO() === true ? openUnblocked(0) : undefined
  let bytes = Buffer.alloc(0)
  const chunk = Buffer.allocUnsafeSlow(65_536)
  try {
    for (;;) {
      const count = readAtOnce(unblocked, chunk) ?? (await readSome(chunk, until - Date.now()))
      if (count === 0) return bytes
      bytes = Buffer.concat([bytes, chunk.subarray(0, count)])
      if (bytes.length > options.atMost) throw new Failure('malformed', `the input is over ${options.atMost} bytes`)
      if (options.ends === 'empty-line' && messageEnd(bytes) !== undefined) return bytes
    }
  } finally {
    if (unblocked !== undefined) closeSync(unblocked)
  }
}

function statsOf(fd: number): Stats | undefined {
  try {
    return fstatSync(fd)
  } catch {
    return undefined
  }
}

/** `node:tty` loads the streams: 2 ms that only a character device is worth. */
async function isTerminal(fd: number, stats: Stats | undefined): Promise<boolean> {
  return stats?.isCharacterDevice() === true && (await import('node:tty')).isatty(fd)
}

/**
 * The same pipe once more, where Linux lets us have it so that reading does not wait: clients have mostly written all
 * by the time that we run, and what is there needs no thread to be read. https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html
 */
function openUnblocked(fd: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
}

/** What can be read without waiting, 0 at the end; `undefined`: it must be waited for. */
function readAtOnce(fd: number | undefined, into: Buffer): number | undefined {
  if (fd === undefined) return undefined
  try {
    return readSync(fd, into)
  } catch {
    return undefined
  }
}

function readSome(into: Buffer, limit: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = limit === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => reject(overdue()), limit)
    const attempt = () =>
      read(0, into, 0, into.length, null, (error, count) => {
        if (error?.code === 'EAGAIN') return void setTimeout(attempt, 5)
        clearTimeout(timer)
        if (error === null) resolve(count)
        else if (error.code === 'EOF' || error.code === 'EBADF') resolve(0)
        else reject(new Failure('internal', 'the input cannot be read', { cause: error }))
      })
    attempt()
  })
}

function overdue(): Failure {
  return new Failure('timeout', 'the client did not end what it wrote, or did not begin', { stuck: true })
}

/** Writes all of it; whether it could. A reader that has gone away is no error: clients close early. */
export function write(fd: 1 | 2, text: string): boolean {
  let bytes = Buffer.from(text)
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(fd, bytes))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'EAGAIN') return code === 'EPIPE'
    }
  }
  return true
}
