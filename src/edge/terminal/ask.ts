import { closeSync, openSync, read } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { ReadStream, WriteStream } from 'node:tty'
import { cancelled, Failure } from '../../core/failure.ts'
import { printable } from '../../core/failure-text.ts'
import { type Hint, hint } from '../../core/hint.ts'
import { Secret } from '../../core/secret.ts'
import { columnsOf } from '../../core/text-width.ts'
import { standalone } from '../installation/version.ts'

/**
 * Prints exactly this question on the terminal and reads one line without echo. No terminal: `refused`, with the hint
 * `otherwise`. Ctrl-C: `cancelled`.
 */
export async function askUnseen(question: string, otherwise: Hint = asWord): Promise<Secret> {
  return new Secret(await asked(question, false, [otherwise]))
}

/** The same with echo. */
export function askSeen(question: string, ...otherwise: readonly Hint[]): Promise<string> {
  return asked(question, true, otherwise.length === 0 ? [asWord] : otherwise)
}

/** Asks until the answer is yes or no. Enter alone means no. */
export function askYesOrNo(question: string, ...otherwise: readonly Hint[]): Promise<boolean> {
  return answerTo(question, false, otherwise)
}

/** The same, but Enter alone means yes. */
export function askToGoOn(question: string, ...otherwise: readonly Hint[]): Promise<boolean> {
  return answerTo(question, true, otherwise)
}

async function answerTo(question: string, byEnter: boolean, otherwise: readonly Hint[]): Promise<boolean> {
  const hints = otherwise.length === 0 ? [asOption] : otherwise
  for (;;) {
    const answer = (await askSeen(`${question} ${byEnter ? '[Y/n]' : '[y/N]'} `, ...hints)).trim().toLowerCase()
    if (answer === '') return byEnter
    if (['y', 'yes'].includes(answer)) return true
    if (['n', 'no'].includes(answer)) return false
  }
}

async function asked(question: string, isSeen: boolean, otherwise: readonly Hint[]): Promise<string> {
  const [input, output] = terminalStreams(otherwise)
  try {
    input.setRawMode(true)
    output.write(printable(question))
    return await lineFrom(typedOn(input), (text) => isSeen && output.write(text))
  } finally {
    output.write('\n')
    input.setRawMode(false)
    release(input)
    output.destroy()
  }
}

const isWindows = process.platform === 'win32'

/** Bun reads a console of Windows without echo only as standard input. */
const isStandardInput = isWindows && standalone

/** Node takes a name without `\\.\` for a file in the current folder. https://learn.microsoft.com/windows/console/console-handles */
const names = isWindows
  ? { input: '\\\\.\\CONIN$', output: '\\\\.\\CONOUT$' }
  : { input: '/dev/tty', output: '/dev/tty' }

const control = { c: '\u0003', d: '\u0004', u: '\u0015', escape: '\u001b', backspace: '\b', del: '\u007f' }

/** Arrows and other keys without a character: ECMA-48, 5.4, and SS3. */
const noCharacter = new RegExp(`${control.escape}(\\[[0-?]*[ -/]*[@-~]|O.)`, 'g')

/**
 * The typed characters. A destroyed stream of Bun goes on reading the terminal, and would consume the answer to the
 * next question; so the terminal is read without a stream. On Windows only a stream reads UTF-8 from the console.
 */
function typedOn(input: ReadStream): AsyncIterable<string> {
  // It must go on after an answer: standard input can be read by one stream only.
  return isWindows ? input.setEncoding('utf8').iterator({ destroyOnReturn: false }) : readTerminal()
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
async function lineFrom(typing: AsyncIterable<string>, echo: (text: string) => void): Promise<string> {
  const line: string[] = []
  const rubOut = (count: number) => {
    for (const key of line.splice(line.length - count)) echo('\b \b'.repeat(columnsOf(key)))
  }
  for await (const typed of typing) {
    for (const key of typed.replace(noCharacter, '')) {
      if (key === '\r' || key === '\n') return line.join('')
      if (key === control.c || (key === control.d && line.length === 0)) throw cancelled()
      if (key === control.u) rubOut(line.length)
      else if (key === control.backspace || key === control.del) rubOut(Math.min(line.length, 1))
      else if (key >= ' ' || key === '\t') {
        line.push(key)
        echo(printable(key))
      }
    }
  }
  throw cancelled()
}

const asWord = hint`pass it as an argument or on standard input (see --help)`
const asOption = hint`to go on without a question, add --yes`

/**
 * The terminal, for reading and for writing. No terminal: `refused`. The caller releases the one and destroys the other.
 */
export function terminalStreams(otherwise: readonly Hint[] = [asWord]): [ReadStream, WriteStream] {
  try {
    return [terminalInput(), terminalOutput()]
  } catch (error) {
    throw new Failure('refused', 'there is no terminal to ask on', {
      hints: otherwise,
      cause: error,
    })
  }
}

/** The terminal, for writing. It throws if there is none. The caller destroys it. */
export function terminalOutput(): WriteStream {
  return new WriteStream(openSync(names.output, 'r+'))
}

/** Ends the reading of `terminalStreams`. */
export function release(input: ReadStream): void {
  if (isStandardInput) input.pause()
  else input.destroy()
}

function terminalInput(): ReadStream {
  if (!isStandardInput) return new ReadStream(openSync(names.input, 'r+'))
  if (!process.stdin.isTTY) throw new Error('standard input is no console')
  return process.stdin
}
