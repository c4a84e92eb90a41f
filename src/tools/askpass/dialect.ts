import { asFailure, Failure } from '../../core/failure.ts'
import { printable } from '../../core/failure-text.ts'
import { type Hint, hint, placeWords } from '../../core/hint.ts'
import type { Lookup } from '../../core/selection.ts'
import { ask, type Conversation, check, type Dialect, find, type Reply, reply } from '../dialect.ts'
import { passwordWire } from '../git/token-user.ts'
import { type Prompt, readPrompt } from './prompt.ts'

const tool = 'askpass'

type RefuseDoubtful = (program: Prompt['of'], text: string) => Promise<void>

/**
 * What git and ssh start as GIT_ASKPASS, `core.askPass` and SSH_ASKPASS: one argument, the prompt; the first line of
 * standard output is the answer, any other exit code than 0 means that there is none. Prompts of their own words are
 * answered from the store, all others by the person on the terminal.
 *
 * `refuseDoubtful` fails if the words of a prompt may be somebody else's than this program's, or if the program repeats
 * it after a wrong answer.
 */
export function askpass(refuseDoubtful: RefuseDoubtful): Dialect {
  return {
    tool,
    broken: (_failure, text) => ({ stdout: '', stderr: text, exitCode: 1 }),

    *converse({ words, env }): Conversation {
      const [text, ...more] = words
      if (text === undefined || more.length > 0) {
        throw new Failure('malformed', 'an askpass program is started with one argument, the prompt')
      }
      const purpose = env['SSH_ASKPASS_PROMPT'] ?? ''
      if (purpose === 'none') return { ...reply(''), stderr: `${oneLine(text)}\n` }
      const read = purpose === '' ? readPrompt(text) : undefined
      const prompt = read !== undefined && (yield* isOwn(read, text, refuseDoubtful)) ? read : undefined
      const found = prompt === undefined ? undefined : yield* answerTo(prompt)
      if (found !== undefined) return found
      const forbids = ['CREDBRIDGE_PROMPT=never', 'GIT_TERMINAL_PROMPT=0'].find((one) => isSet(env, one))
      if (forbids !== undefined) {
        throw new Failure('refused', `nobody is asked, because of ${forbids}`, { hints: [remedyFor(prompt)] })
      }
      return yield* askPerson(text, purpose === 'confirm', prompt)
    },
  }
}

/** Whether it is certain that the program words this prompt itself, and asks for the first time. */
function* isOwn({ of }: Prompt, text: string, refuseDoubtful: RefuseDoubtful): Conversation<boolean> {
  try {
    yield* check(() => refuseDoubtful(of, text))
    return true
  } catch {
    return false
  }
}

/** The answer from the store; `undefined` if there is none, or there are several. */
function* answerTo(prompt: Prompt): Conversation<Reply | undefined> {
  try {
    const answer = yield* find(lookupFor(prompt))
    if (answer === undefined) return undefined
    const value = prompt.wants === 'user' ? answer.user : answer.credential.secret.expose()
    return reply(`${carried(value, prompt)}\n`)
  } catch (error) {
    if (asFailure(error).code === 'ambiguous') return undefined
    throw error
  }
}

/** git is answered what its helper would answer; so a use that git has ended stays ended. */
function lookupFor({ of, endpoint, account }: Prompt): Lookup {
  const wire = of === 'git' ? { tool: 'git', ...passwordWire(endpoint) } : { tool, kinds: ['basic'] as const }
  return { ...wire, endpoints: [endpoint], ...(account === undefined ? {} : { account }) }
}

/** ssh takes an empty answer to a question for permission as a yes. */
function* askPerson(text: string, forPermission: boolean, prompt: Prompt | undefined): Conversation {
  try {
    const typed = (yield* ask(`${oneLine(text)}${forPermission ? ' (yes/no): ' : ''}`)).expose()
    if (forPermission && typed === '') throw new Failure('refused', 'nothing was typed: that is no permission')
    return reply(`${typed}\n`)
  } catch (error) {
    const { code, message, hints, stuck } = asFailure(error)
    if (stuck || hints.length === 0) throw error
    throw new Failure(code, message, { hints: [remedyFor(prompt)] })
  }
}

function remedyFor(prompt: Prompt | undefined): Hint {
  if (prompt === undefined) return hint`run the command on a terminal: credbridge does not answer this prompt itself`
  return hint`credbridge set ${placeOf(prompt)}`
}

function placeOf({ endpoint, account }: Prompt): readonly string[] {
  return placeWords(endpoint, account === '' ? undefined : account)
}

/** ssh reads at most 1023 bytes. https://github.com/openssh/openssh-portable/blob/master/readpass.c */
const longestForSsh = 1023

function carried(value: string, prompt: Prompt): string {
  const { of } = prompt
  const fits = of === 'git' || Buffer.byteLength(value) <= longestForSsh
  if (fits && !['\n', '\r', '\0'].some((character) => value.includes(character))) return value
  throw new Failure('malformed', `the stored value cannot be sent to ${of}, which reads one line`, {
    hints: [hint`to replace it: credbridge set ${placeOf(prompt)}`],
  })
}

function isSet(env: Readonly<Record<string, string | undefined>>, setting: string): boolean {
  const equals = setting.indexOf('=')
  return env[setting.slice(0, equals)] === setting.slice(equals + 1)
}

/** ssh's longer questions have several lines. */
function oneLine(text: string): string {
  return printable(text.replaceAll('\r', '').replaceAll('\n', ' '))
}
