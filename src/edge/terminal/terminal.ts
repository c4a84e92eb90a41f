import { isatty, type ReadStream, type WriteStream } from 'node:tty'
import { Failure } from '../../core/failure.ts'
import { Secret } from '../../core/secret.ts'
import { wholeText } from '../../engine/lines.ts'
import { readInput, write } from '../stdio.ts'
import { askUnseen, terminalStreams } from './ask.ts'

/** Where a person sits. Data goes to standard output, everything that is said to standard error. */
export interface Terminal {
  readonly inIsTerminal: boolean
  readonly outIsTerminal: boolean
  out(text: string): void
  say(text: string): void
  /** Asks on the terminal itself, whatever the standard streams carry. Nobody there: `refused`. */
  ask(question: string): Promise<string>
  /** The same, and nothing of what is typed is shown, nor how long it is. */
  askSecret(question: string): Promise<Secret>
  confirm(question: string): Promise<boolean>
  /** A secret from standard input: all of it but one line end. */
  readSecret(): Promise<Secret>
}

export function thisTerminal(): Terminal {
  return {
    inIsTerminal: isatty(0),
    outIsTerminal: isatty(1),
    out(text) {
      if (!write(1, text)) throw new Failure('refused', 'the output cannot be written')
    },
    say: (text) => void write(2, text),
    ask: (question) => asking(async ({ text }, streams) => text({ message: question, ...streams })),
    askSecret: (question) => askUnseen(`${question}: `),
    confirm: (question) =>
      asking(async ({ confirm }, streams) => confirm({ message: question, initialValue: false, ...streams })),
    async readSecret() {
      // Whatever writes it may first ask the person, as password managers do.
      const text = wholeText(await readInput({ atMost: 16 * 1024 * 1024 }, Number.POSITIVE_INFINITY))
      return new Secret(text.replace(/\r?\n$/, ''))
    },
  }
}

type Prompts = typeof import('@clack/prompts')

async function asking<T>(
  ask: (prompts: Prompts, streams: { input: ReadStream; output: WriteStream }) => Promise<T>,
): Promise<Exclude<T, symbol>> {
  const [input, output] = terminalStreams()
  try {
    const prompts = await import('@clack/prompts')
    const answer = await ask(prompts, { input, output })
    if (prompts.isCancel(answer)) throw new Failure('refused', 'cancelled')
    return answer as Exclude<T, symbol>
  } finally {
    input.destroy()
    output.destroy()
  }
}
