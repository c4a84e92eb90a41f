import { Failure } from '../../../core/failure.ts'
import { hint } from '../../../core/hint.ts'
import { Secret } from '../../../core/secret.ts'
import type { Terminal } from '../../../core/terminal.ts'

/** Passphrases from the terminal, or from the lines of standard input: existing ones first, the new one last. */
export interface Passphrases {
  /** An existing passphrase. */
  current(about: string): Promise<Secret>
  /** A new one, typed twice. */
  fresh(): Promise<Secret>
}

/** Asks on the terminal without echo. If standard input is not a terminal, reads its lines instead. */
export function passphrasesFrom(terminal: Terminal): Passphrases {
  return terminal.inIsTerminal ? typed(terminal) : fromLines(terminal)
}

function typed(terminal: Terminal): Passphrases {
  return {
    current: (about) => terminal.askSecret(`Passphrase of ${about}`),
    async fresh() {
      const first = await terminal.askSecret('New passphrase')
      if (first.equals(await terminal.askSecret('New passphrase again'))) return first
      throw new Failure('refused', 'the two passphrases differ; nothing was changed')
    },
  }
}

function fromLines({ readSecret }: Terminal): Passphrases {
  let read: Promise<string[]> | undefined
  async function lines(): Promise<string[]> {
    read ??= readSecret().then((all) => all.expose().split(/\r?\n/))
    return read
  }
  async function given(line: string | undefined): Promise<Secret> {
    if (line !== undefined && line !== '') return new Secret(line)
    throw new Failure('refused', 'standard input has too few passphrases', {
      hints: [hint`write one passphrase per line: the existing ones first, the new one last`],
    })
  }
  return {
    current: async () => given((await lines()).shift()),
    fresh: async () => given((await lines()).pop()),
  }
}
