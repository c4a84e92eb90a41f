import { isatty } from 'node:tty'
import { Secret } from '../../core/secret.ts'
import type { Terminal } from '../../core/terminal.ts'
import type { CallInput } from '../../engine/call.ts'
import { inputReader } from '../../engine/input-reader.ts'
import type { WindowsCommands } from '../installation/windows-commands.ts'
import { standardInput, write } from '../stdio.ts'
import { askSeen, askToGoOn, askUnseen, askYesOrNo, terminalOutput } from './ask.ts'

/** The terminal of this process. `windows`: how hints are said there. */
export function thisTerminal(windows?: WindowsCommands): Terminal {
  const inShellWords = windows?.inWindowsWords ?? ((text: string) => text)
  return {
    inShellWords,
    inIsTerminal: isatty(0),
    outIsTerminal: isatty(1),
    get width() {
      return widthOf(1)
    },
    get colours() {
      return isatty(1) && showsColours(process.env)
    },
    get messages() {
      return { width: widthOf(2), colours: isatty(2) && showsColours(process.env) }
    },
    out: (text) => write(1, text),
    say: (text) => write(2, inShellWords(text)),
    progress(text = '') {
      if (isatty(2) && process.env['TERM'] !== 'dumb') write(2, `\r\u001b[K${text}`)
    },
    ask: (question) => askSeen(`${question}: `),
    askSecret: (question) => askUnseen(`${question}: `),
    confirm: askYesOrNo,
    confirmByEnter: askToGoOn,
    async readSecret() {
      const input = await inputReader(patientInput()).message({ atMost: 16 * 1024 * 1024 })
      return new Secret(input.text().replace(/\r?\n$/, ''))
    },
  }
}

function widthOf(stream: 1 | 2): number | undefined {
  return isatty(stream) ? columns() : undefined
}

/** `undefined` if the terminal does not tell. */
function columns(): number | undefined {
  try {
    const output = terminalOutput()
    const { columns } = output
    output.destroy()
    return columns > 0 ? columns : undefined
  } catch {
    return undefined
  }
}

/** https://no-color.org */
function showsColours({ NO_COLOR: none = '', TERM: terminal }: NodeJS.ProcessEnv): boolean {
  return none === '' && terminal !== 'dumb'
}

/**
 * Standard input without a time limit: the program that writes it may ask the person first, as password managers do.
 */
function patientInput(): CallInput {
  const { next } = standardInput()
  return { next: () => next(Number.POSITIVE_INFINITY), isTerminal: async () => false }
}
