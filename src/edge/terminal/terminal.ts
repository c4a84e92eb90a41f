import { isatty, type ReadStream, type WriteStream } from 'node:tty'
import { cancelled } from '../../core/cancelled.ts'
import { Secret } from '../../core/secret.ts'
import type { Terminal } from '../../core/terminal.ts'
import type { CallInput } from '../../engine/call.ts'
import { inputReader } from '../../engine/input-reader.ts'
import { standardInput, write } from '../stdio.ts'
import { askUnseen, terminalStreams } from './ask.ts'

export function thisTerminal(): Terminal {
  return {
    inIsTerminal: isatty(0),
    outIsTerminal: isatty(1),
    out: (text) => write(1, text),
    say: (text) => write(2, text),
    ask: (question) => asking(async ({ text }, streams) => text({ message: question, ...streams })),
    askSecret: (question) => askUnseen(`${question}: `),
    confirm: (question) =>
      asking(async ({ confirm }, streams) => confirm({ message: question, initialValue: false, ...streams })),
    async readSecret() {
      const input = await inputReader(patientInput()).message({ atMost: 16 * 1024 * 1024 })
      return new Secret(input.text().replace(/\r?\n$/, ''))
    },
  }
}

/**
 * Standard input without a time limit: the program that writes it may ask the person first, as password managers do.
 */
function patientInput(): CallInput {
  const { next } = standardInput()
  return { next: () => next(Number.POSITIVE_INFINITY), isTerminal: async () => false }
}

type Prompts = typeof import('@clack/prompts')

async function asking<T>(
  ask: (prompts: Prompts, streams: { input: ReadStream; output: WriteStream }) => Promise<T>,
): Promise<Exclude<T, symbol>> {
  const [input, output] = terminalStreams()
  try {
    const prompts = await import('@clack/prompts')
    const answer = await ask(prompts, { input, output })
    if (prompts.isCancel(answer)) throw cancelled()
    return answer as Exclude<T, symbol>
  } finally {
    input.destroy()
    output.destroy()
  }
}
