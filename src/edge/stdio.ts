import { fstatSync, read, writeSync } from 'node:fs'
import { Failure } from '../core/failure.ts'
import type { Reading } from '../tools/dialect.ts'
import { messageEnd } from './lines.ts'

/** How long a client may keep its end open without a word, in milliseconds. A person at a terminal has all the time. */
const patience = 10_000

/**
 * Standard input up to its end, or to its first empty line where that ends the message. More than `atMost` bytes is
 * `malformed`, silence for too long `timeout`. Streams would cost 3 to 12 ms more at every start (bench/NOTES.md).
 */
export async function readInput(options: Reading): Promise<Uint8Array> {
  const person = await isTerminal(0)
  if (person && options.notFromPerson === true) return new Uint8Array()
  const limit = person ? undefined : patience
  let bytes = Buffer.alloc(0)
  const chunk = Buffer.alloc(65_536)
  for (;;) {
    const count = await readSome(chunk, limit)
    if (count === 0) return bytes
    bytes = Buffer.concat([bytes, chunk.subarray(0, count)])
    if (bytes.length > options.atMost) throw new Failure('malformed', `the input is over ${options.atMost} bytes`)
    if (options.ends === 'empty-line' && messageEnd(bytes) !== undefined) return bytes
  }
}

/** `node:tty` loads the streams: 2 ms that only a character device is worth. */
async function isTerminal(fd: number): Promise<boolean> {
  try {
    return fstatSync(fd).isCharacterDevice() && (await import('node:tty')).isatty(fd)
  } catch {
    return false
  }
}

function readSome(into: Buffer, limit: number | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = limit === undefined ? undefined : setTimeout(() => reject(silence()), limit)
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

function silence(): Failure {
  return new Failure('timeout', 'the client neither wrote nor closed its end', { stuck: true })
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
