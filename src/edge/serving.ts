import { isAbsolute, join } from 'node:path'
import { isatty } from 'node:tty'
import { questionLimit } from '../remote/limits.ts'
import type { AskPerson } from '../serve/consent.ts'
import { dialogOn } from '../serve/dialog.ts'
import { isInForeground } from '../serve/process-words.ts'
import { questionLines, type Word, words } from '../serve/question.ts'
import type { Machine } from '../system/machine.ts'
import { trustedProgram } from '../system/trusted-program.ts'
import type { Privately } from '../system/unix-listener.ts'
import { chooseOnTerminal } from './terminal/choose.ts'

/** Where sockets of this user are. */
export function socketFolder({ env, folders }: Pick<Machine, 'env' | 'folders'>): string {
  const runtime = env['XDG_RUNTIME_DIR'] ?? ''
  return isAbsolute(runtime) ? join(runtime, 'credbridge') : folders.state
}

export const privately: Privately = (act) => {
  const before = process.umask(0o177)
  try {
    act()
  } finally {
    process.umask(before)
  }
}

/**
 * Asks the person at this machine: on the terminal, if this process has one to itself and stands in its foreground, else
 * by a dialog. `undefined` if there is neither.
 */
export function askHere(machine: Machine, terminal: 'own terminal' | 'no terminal'): AskPerson | undefined {
  const { env, platform, run } = machine
  const dialog = dialogOn({ env, platform, run, program: (name) => trustedProgram(name, machine) })
  const mayUse = () => terminal === 'own terminal' && isatty(2) && isInForeground(process.pid)
  if (dialog === undefined && !mayUse()) return undefined
  return async (question) => {
    if (mayUse()) return chooseOnTerminal(['', ...questionLines(question)], prompt, wordIn, questionLimit)
    return dialog?.(question)
  }
}

const prompt = '  [o]nce, for this [s]ession, [a]lways, or [n]ever? '

/** By its first letter. */
function wordIn(key: string): Word | undefined {
  return words.find((word) => word[0] === key.toLowerCase())
}
