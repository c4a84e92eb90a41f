import { closeSync, constants, fstatSync, openSync, read, readSync, type Stats, writeSync } from 'node:fs'
import { Failure } from '../core/failure.ts'
import type { CallInput } from '../engine/call.ts'

/** Standard input. Streams would cost 3 to 12 ms more at every start (bench/NOTES.md). */
export function standardInput(): CallInput {
  const stats = statsOf(0)
  const unblocked = stats?.isFIFO() === true ? openUnblocked(0) : undefined
  const chunk = Buffer.allocUnsafeSlow(65_536)
  return {
    isTerminal: () => isTerminal(0, stats),
    async next(limit) {
      const count = readAtOnce(unblocked, chunk) ?? (await readSome(chunk, limit))
      if (count > 0) return Buffer.from(chunk.subarray(0, count))
      if (unblocked !== undefined) closeSync(unblocked)
      return undefined
    },
  }
}

function statsOf(fd: number): Stats | undefined {
  try {
    return fstatSync(fd)
  } catch {
    return undefined
  }
}

/** Loads `node:tty` only for a character device, because that loads streams: 2 ms. */
export async function isTerminal(fd: 0 | 1 | 2, stats: Stats | undefined = statsOf(fd)): Promise<boolean> {
  return stats?.isCharacterDevice() === true && (await import('node:tty')).isatty(fd)
}

/**
 * On Linux, a second, non-blocking descriptor for the pipe. Most clients have written everything when we start, and
 * available bytes can then be read without a thread. https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html
 */
function openUnblocked(fd: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
}

/** Reads without waiting. Returns the number of bytes, 0 at the end; `undefined` if it would have to wait. */
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
        else reject(new Failure('internal', 'standard input cannot be read', { cause: error }))
      })
    attempt()
  })
}

function overdue(): Failure {
  return new Failure('timeout', 'timed out waiting for the request on standard input', { stuck: true })
}

/** How long a reader may leave a full pipe unread, in milliseconds. */
const patience = 10_000

/**
 * Writes the whole text or fails, because a lost answer must not look like no answer. A reader that has closed the pipe
 * is not a failure, because clients close early.
 */
export function write(fd: 1 | 2, text: string): void {
  // Bytes would be read in the console's own code page. Its stream writes at once, too.
  if (process.platform === 'win32' && statsOf(fd)?.isCharacterDevice() === true) {
    process[fd === 1 ? 'stdout' : 'stderr'].write(text)
    return
  }
  const until = Date.now() + patience
  let bytes = Buffer.from(text)
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(fd, bytes))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EPIPE') return
      if (code !== 'EAGAIN') {
        throw new Failure('refused', `${streams[fd]} cannot be written`, { cause: error })
      }
      if (Date.now() > until) throw new Failure('timeout', `nobody reads ${streams[fd]}`)
      pause(5)
    }
  }
}

/** Writes the reason of a failure to standard error. If that fails too, only the exit code reports the failure. */
export function complain(text: string): void {
  try {
    write(2, text)
  } catch {
    // There is nowhere else to report it.
  }
}

const streams = { 1: 'standard output', 2: 'standard error' }

/** Waits without a turn of the event loop, so that later writes cannot come first. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
