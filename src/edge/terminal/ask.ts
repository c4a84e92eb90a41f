import { closeSync, openSync, read } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { ReadStream, WriteStream } from 'node:tty'
import { cancelled } from '../../core/cancelled.ts'
import { Failure } from '../../core/failure.ts'
import { printable } from '../../core/failure-text.ts'
import { type Hint, hint } from '../../core/hint.ts'
import { Secret } from '../../core/secret.ts'

/**
 * Prints exactly this question on the terminal and reads one line without echo. No terminal: `refused`, with the hint
 * `otherwise`.
 */
export async function askUnseen(question: string, otherwise?: Hint): Promise<Secret> {
  const [input, output] = terminalStreams(otherwise)
  try {
    input.setRawMode(true)
    output.write(printable(question))
    return new Secret(await lineFrom(typedOn(input)))
  } finally {
    output.write('\n')
    input.setRawMode(false)
    input.destroy()
    output.destroy()
  }
}

const control = { c: '\u0003', d: '\u0004', u: '\u0015', escape: '\u001b', backspace: '\b', del: '\u007f' }

/** Arrows and other keys without a character: ECMA-48, 5.4, and SS3. */
const noCharacter = new RegExp(`${control.escape}(\\[[0-?]*[ -/]*[@-~]|O.)`, 'g')

/**
 * The typed characters. A destroyed stream of Bun goes on reading the terminal, and would consume the answer to the
 * next question; so the terminal is read without a stream. On Windows only a stream reads UTF-8 from the console.
 */
function typedOn(input: ReadStream): AsyncIterable<string> {
  return process.platform === 'win32' ? input.setEncoding('utf8') : readTerminal()
}

async function* readTerminal(): AsyncIterable<string> {
  const terminal = openSync('/dev/tty', 'r')
  const decoder = new StringDecoder('utf8')
  const bytes = Buffer.alloc(1024)
  try {
    for (;;) {
      const count = await new Promise<number>((resolve, reject) =>
        read(terminal, bytes, 0, bytes.length, null, (error, count) =>
          error === null ? resolve(count) : reject(error),
        ),
      )
      if (count === 0) return
      yield decoder.write(bytes.subarray(0, count))
    }
  } finally {
    bytes.fill(0)
    closeSync(terminal)
  }
}

/** Reads a line in raw mode, in which the program itself must handle the keys that edit a line. */
async function lineFrom(typing: AsyncIterable<string>): Promise<string> {
  let line: string[] = []
  for await (const typed of typing) {
    for (const key of typed.replace(noCharacter, '')) {
      if (key === '\r' || key === '\n') return line.join('')
      if (key === control.c || (key === control.d && line.length === 0)) throw cancelled()
      if (key === control.u) line = []
      else if (key === control.backspace || key === control.del) line.pop()
      else if (key >= ' ' || key === '\t') line.push(key)
    }
  }
  throw cancelled()
}

const asWord = hint`pass it as an argument or on standard input (see --help)`

/** The terminal, for reading and for writing. No terminal: `refused`. The caller closes both streams. */
export function terminalStreams(otherwise = asWord): [ReadStream, WriteStream] {
  const windows = process.platform === 'win32'
  try {
    return [
      new ReadStream(openSync(windows ? 'CONIN$' : '/dev/tty', 'r+')),
      new WriteStream(openSync(windows ? 'CONOUT$' : '/dev/tty', 'r+')),
    ]
  } catch (error) {
    throw new Failure('refused', 'there is no terminal to ask on', {
      hints: [otherwise],
      cause: error,
    })
  }
}
