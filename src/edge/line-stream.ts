import { Readable } from 'node:stream'
import split2 from 'split2'
import { Failure } from '../core/failure.ts'
import { checkedLine, invalidUtf8, longestLine, strayCr } from './lines.ts'

/**
 * Lines that arrive over time, for conversations that outlast one message. The same discipline as `messageLines`,
 * except that an empty line is a line. split2 repairs invalid UTF-8 silently and limits only what is unfinished, so
 * the bytes are checked before it and each line's length after it.
 */
export async function* linesOverTime(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const source = Readable.from(checkedText(chunks), { objectMode: false })
  const lines = split2('\n', { maxLength: longestLine + 2 })
  source.on('error', (error) => lines.destroy(error))
  try {
    for await (const line of source.pipe(lines) as AsyncIterable<string>) {
      const text = line.endsWith('\r') ? line.slice(0, -1) : line
      yield checkedLine(text, Buffer.byteLength(text))
    }
  } catch (error) {
    throw error instanceof Error && error.message === 'maximum buffer reached' ? tooLong() : error
  }
}

async function* checkedText(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let pendingCr = false
  const checked = (text: string, last: boolean): string => {
    const whole = pendingCr ? `\r${text}` : text
    pendingCr = !last && whole.endsWith('\r')
    const ready = pendingCr ? whole.slice(0, -1) : whole
    for (let at = ready.indexOf('\r'); at >= 0; at = ready.indexOf('\r', at + 1)) {
      if (ready[at + 1] !== '\n') throw strayCr()
    }
    if (ready.includes('\0')) throw new Failure('malformed', 'the input has a NUL byte')
    return ready
  }
  for await (const chunk of chunks) {
    const text = checked(decoded(decoder, chunk), false)
    if (text !== '') yield text
  }
  const rest = checked(decoded(decoder), true)
  if (rest !== '') yield rest
}

function decoded(decoder: InstanceType<typeof TextDecoder>, chunk?: Uint8Array): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true })
  } catch {
    throw invalidUtf8()
  }
}

function tooLong(): Failure {
  return new Failure('malformed', `a line of the input is over ${longestLine} bytes`)
}
