import { Failure } from '../../../core/failure.ts'
import { hint } from '../../../core/hint.ts'
import { Secret } from '../../../core/secret.ts'
import type { Terminal } from '../../../core/terminal.ts'

/** Passphrases as a person types them, or as lines of standard input: those that there are first, the new one last. */
export interface Passphrases {
  /** One that there is. */
  current(about: string): Promise<Secret>
  /** A new one, typed twice. */
  fresh(): Promise<Secret>
}

/** Asks on the terminal without echo; where standard input is none, its lines answer. */
export function passphrasesFrom(terminal: Terminal): Passphrases {
  return terminal.inIsTerminal ? typed(terminal) : fromLines(terminal)
}

function typed(terminal: Terminal): Passphrases {
  return {
    current: (about) => terminal.askSecret(`Passphrase of ${about}`),
    async fresh() {
      const first = await terminal.askSecret('New passphrase')
      if (first.equals(await terminal.askSecret('The same again'))) return first
      throw new Failure('refused', 'the two were not the same: nothing was changed')
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
    throw new Failure('refused', 'standard input has no passphrase for that', {
      hints: [hint`one line for each: those that there are first, the new one last`],
    })
  }
  return {
    current: async () => given((await lines()).shift()),
    fresh: async () => given((await lines()).pop()),
  }
}
