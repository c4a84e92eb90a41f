import { Failure } from '../../../core/failure.ts'
import { hint } from '../../../core/hint.ts'
import { Secret } from '../../../core/secret.ts'
import type { Terminal } from '../../../core/terminal.ts'
import type { StoreCommandContext } from '../../store-type.ts'
import { passphraseQuestion, tries } from '../passphrase-question.ts'

/** Passphrases from the terminal, or from the lines of standard input: existing ones first, the new one last. */
export interface Passphrases {
  /** An existing passphrase. `wrong`: how many were wrong before; absent result: no more may be tried. */
  current(about: string, wrong: number): Promise<Secret | undefined>
  /** A new one, typed twice. The person is told if it is weak. */
  fresh(): Promise<Secret>
}

/** Asks on the terminal without echo. If standard input is not a terminal, reads its lines instead. */
export function passphrasesFrom({ terminal, machine }: StoreCommandContext): Passphrases {
  const { current, fresh } = terminal.inIsTerminal ? typed(terminal) : fromLines(terminal)
  const users = ['USER', 'LOGNAME', 'USERNAME'].flatMap((name) => machine.env[name] ?? [])
  return {
    current,
    async fresh() {
      const passphrase = await fresh()
      const weak = weakness(passphrase.expose(), users)
      if (weak !== undefined) terminal.say(`note: ${weak}; several words that do not belong together are better\n`)
      return passphrase
    },
  }
}

const short = 12

function weakness(passphrase: string, users: readonly string[]): string | undefined {
  const is = (text: string) => text.toLowerCase() === passphrase.toLowerCase()
  if (passphrase !== '' && users.some(is)) return 'this passphrase is your user name, which is guessed first'
  if (passphrase !== '' && [...passphrase].length < short) return 'this passphrase is short and can be guessed'
  return undefined
}

function typed(terminal: Terminal): Passphrases {
  return {
    current: (about, wrong) => terminal.askSecret(passphraseQuestion(about, wrong)),
    async fresh() {
      for (let wrong = 0; wrong < tries; wrong++) {
        if (wrong > 0) terminal.say('the two passphrases differ\n')
        const first = await terminal.askSecret('New passphrase')
        if (first.equals(await terminal.askSecret('New passphrase again'))) return first
      }
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
    current: async (_, wrong) => (wrong === 0 ? given((await lines()).shift()) : undefined),
    fresh: async () => given((await lines()).pop()),
  }
}
