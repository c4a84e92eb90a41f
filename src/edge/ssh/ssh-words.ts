import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'

/** The words of ssh, as ssh itself takes them apart. */
export interface SshWords {
  /** All options before the destination. */
  readonly options: readonly string[]
  /** As it was typed: `user@host`, `ssh://…`, or a name in the person's configuration. */
  readonly destination: string
  /** What follows it: further options, and the command. */
  readonly rest: readonly string[]
}

/** The options with a value, of `ssh` in OpenSSH 10: https://man.openbsd.org/ssh.1 */
const withValue = 'BbcDEeFIiJLlmOoPpQRSWw'

/** Without a destination, or with an option that would end the socket at once: `malformed`. */
export function sshWords(words: readonly string[]): SshWords {
  let at = 0
  for (; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--') {
      at++
      break
    }
    if (!word.startsWith('-') || word === '-') break
    if (takesNext(word)) at++
    refuseFork(word, words[at])
  }
  const destination = words[at]
  if (destination === undefined || destination === '' || destination.startsWith('-')) {
    throw new Failure('malformed', 'no host is named', { hints: [hint`credbridge ssh <host>`] })
  }
  const options = words.slice(0, at).filter((word) => word !== '--')
  const rest = words.slice(at + 1)
  refuseBackground(rest)
  return { options, destination, rest }
}

/** The options without those that leave no command on the far side, or give it no input: those are the session's only. */
export function connecting(options: readonly string[]): readonly string[] {
  const left: string[] = []
  for (let at = 0; at < options.length; at++) {
    const word = options[at] ?? ''
    const letters = [...word.slice(1)]
    const value = letters.findIndex((letter) => withValue.includes(letter))
    const flags = value < 0 ? letters : letters.slice(0, value)
    const kept = flags.filter((letter) => !'Nns'.includes(letter)).join('') + word.slice(1 + flags.length)
    if (kept !== '') left.push(`-${kept}`)
    if (takesNext(word)) left.push(options[++at] ?? '')
  }
  return left
}

/** ssh reads options behind the destination, too, up to the command. */
function refuseBackground(rest: readonly string[]): void {
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? ''
    if (!word.startsWith('-') || word === '-' || word === '--') return
    if (takesNext(word)) at++
    refuseFork(word, rest[at])
  }
}

/** `-o` has a line of ssh's configuration as its value: https://man.openbsd.org/ssh_config.5 */
function refuseFork(word: string, last: string | undefined): void {
  const option = [...word].findIndex((letter, at) => at > 0 && withValue.includes(letter))
  if (word[option] !== 'o') return
  const line = option === word.length - 1 ? (last ?? '') : word.slice(option + 1)
  const [, value] = /^\s*ForkAfterAuthentication(?:\s*=\s*|\s+)"?(\w+)/i.exec(line) ?? []
  if (value !== undefined && value.toLowerCase() !== 'no') throw notInBackground()
}

/** Whether the value of the last option in this word is the next word. */
function takesNext(word: string): boolean {
  for (let at = 1; at < word.length; at++) {
    const letter = word[at] ?? ''
    if (letter === 'f') throw notInBackground()
    if (withValue.includes(letter)) return at === word.length - 1
  }
  return false
}

function notInBackground(): Failure {
  return new Failure('malformed', 'the socket lasts as long as this command, so ssh may not go to the background', {
    hints: [hint`leave out -f and ForkAfterAuthentication`],
  })
}
