import { isAbsolute } from 'node:path'
import { isFailure } from '../core/failure.ts'
import { questionLimit } from '../remote/limits.ts'
import type { Machine } from '../system/machine.ts'
import type { AskPerson } from './consent.ts'
import { choices, type Question, questionLines, type Word, words } from './question.ts'

type Desktop = Pick<Machine, 'env' | 'platform' | 'program' | 'run'>

/**
 * The text is an argument of the program. Its answer is on its standard output, or its exit code. `closed` is what an end
 * without a choice means: nothing, if the program complained, because it may not have shown the question at all.
 */
interface Dialog {
  readonly program: string
  readonly words: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  answer(output: string, exitCode: number, closed: 'never' | undefined): Word | undefined
}

/** Asks by the first of these that is there: zenity, kdialog, osascript, SSH_ASKPASS. `undefined` if none is. */
export function dialogOn(desktop: Desktop): AskPerson | undefined {
  const dialog = dialogFor(desktop)
  if (dialog === undefined) return undefined
  return async (question) => {
    const { program, words, env = {}, answer } = dialog(question)
    try {
      const { stdout, stderr, exitCode } = await desktop.run(program, words, { limit: questionLimit, env })
      return answer(stdout.trim(), exitCode, stderr.trim() === '' ? 'never' : undefined)
    } catch (error) {
      if (isFailure(error) && error.code === 'timeout') return undefined
      throw error
    }
  }
}

function dialogFor({ env, platform, program }: Desktop): ((question: Question) => Dialog) | undefined {
  const hasScreen = [env['DISPLAY'], env['WAYLAND_DISPLAY']].some((name = '') => name !== '')
  const [zenity, kdialog] = hasScreen ? [program('zenity'), program('kdialog')] : []
  if (zenity !== undefined) return (question) => byZenity(zenity, question)
  if (kdialog !== undefined) return (question) => byKdialog(kdialog, question)
  const osascript = platform === 'darwin' ? program('osascript') : undefined
  if (osascript !== undefined) return (question) => byOsascript(osascript, question)
  const askpass = env['SSH_ASKPASS'] ?? ''
  return isAbsolute(askpass) && hasScreen ? (question) => byAskpass(askpass, question) : undefined
}

/** https://help.gnome.org/users/zenity/stable/: the exit code 5 is a timeout, 1 a closed window or another button. */
function byZenity(program: string, question: Question): Dialog {
  const { once, session, always, never } = choices
  return {
    program,
    words: [
      '--question',
      '--no-markup',
      '--title=credbridge',
      `--text=${textOf(question)}`,
      `--timeout=${questionLimit / 1000}`,
      `--ok-label=${once}`,
      `--cancel-label=${never}`,
      `--extra-button=${session}`,
      `--extra-button=${always}`,
      '--default-cancel',
    ],
    answer(output, exitCode, closed) {
      return exitCode === 0 ? 'once' : exitCode === 5 ? undefined : (chosen(output) ?? closed)
    },
  }
}

/**
 * Qt takes a text with tags for markup, and kdialog has no switch for that: so there are no angle brackets in it. kdialog
 * makes a line break of a backslash and an n, so each backslash is doubled.
 */
function byKdialog(program: string, question: Question): Dialog {
  const plain = textOf(question).replaceAll('<', '‹').replaceAll('>', '›').replaceAll('&', '+').replaceAll('\\', '\\\\')
  const menu = words.flatMap((word) => [word, choices[word]])
  return {
    program,
    words: ['--title', 'credbridge', '--menu', plain, ...menu],
    answer(output, exitCode, closed) {
      return (exitCode === 0 ? words.find((word) => word === output) : undefined) ?? closed
    },
  }
}

function byOsascript(program: string, question: Question): Dialog {
  const list = words.map((word) => `"${choices[word]}"`).join(', ')
  const script = [
    'on run argv',
    `set picked to choose from list {${list}} with title "credbridge" with prompt (item 1 of argv)`,
    'if picked is false then return ""',
    'return item 1 of picked',
    'end run',
  ]
  return {
    program,
    words: [...script.flatMap((line) => ['-e', line]), '--', textOf(question)],
    answer: (output, _, closed) => chosen(output) ?? closed,
  }
}

/** It knows yes and no only: https://man.openbsd.org/ssh.1#SSH_ASKPASS_PROMPT */
function byAskpass(program: string, question: Question): Dialog {
  return {
    program,
    words: [`${textOf(question)}\n\nAllow it once?`],
    env: { SSH_ASKPASS_PROMPT: 'confirm' },
    answer: (_, exitCode, closed) => (exitCode === 0 ? 'once' : closed),
  }
}

function textOf(question: Question): string {
  return questionLines(question).join('\n')
}

function chosen(label: string): Word | undefined {
  return words.find((word) => choices[word] === label)
}
