import type { Owner } from '../core/credential.ts'
import { shown } from './words.ts'

/** One use that a person is asked about. */
export interface Use {
  readonly does: 'find' | 'save' | 'remove'
  readonly tool: Owner
  readonly endpoint: string
  readonly account: string
}

/** What a person is asked. All names may come from the far side. */
export interface Question extends Use {
  /** Who asks, as the grant names it. */
  readonly grant: string
  /** A save: whether something is kept there already. */
  readonly replaces?: boolean
  /** The process at the socket and its parents, where the kernel tells. */
  readonly process?: string
}

/** What a person can answer. `never` is the refusal. */
export type Word = 'once' | 'session' | 'always' | 'never'

export const words: readonly Word[] = ['once', 'session', 'always', 'never']

/** The lines of a question. Each name is one that a stranger may have chosen, and is shown so that it is harmless. */
export function questionLines(question: Question): readonly string[] {
  const { grant, does, tool, endpoint, account, replaces, process } = question
  const what = {
    find: 'wants the credential',
    save: savesWords(replaces === true),
    remove: 'wants to remove the credential',
  }
  return [
    `${shown(grant)} ${what[does]}`,
    `  of: ${account === '' ? '(no user name)' : shown(account)}`,
    `  at: ${shown(endpoint)}`,
    `  for a program that says it is: ${shown(tool)}`,
    ...(process === undefined ? [] : [`  started by: ${shown(process)}`]),
  ]
}

function savesWords(replaces: boolean): string {
  return replaces ? 'wants to save a credential where one is kept already' : 'wants to save a credential'
}

/** What a person reads for each answer. */
export const choices: Readonly<Record<Word, string>> = {
  once: 'Once',
  session: 'For this session',
  always: 'Always',
  never: 'Never',
}
