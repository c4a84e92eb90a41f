import type { Owner } from '../core/credential.ts'
import { shown } from './words.ts'

/** One use that a person is asked about. */
export interface Use {
  /** `remove all`: of all accounts of the tool at the endpoint. */
  readonly does: 'find' | 'save' | 'remove' | 'remove all'
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
  /** A save: whether it takes the place of all that the tool has there. */
  readonly replacesAll?: boolean
  /** The process at the socket and its parents, where the kernel tells. */
  readonly process?: string
}

/** What a person can answer. `never` is the refusal. */
export type Word = 'once' | 'session' | 'always' | 'never'

export const words: readonly Word[] = ['once', 'session', 'always', 'never']

/** The lines of a question. Each name is one that a stranger may have chosen, and is shown so that it is harmless. */
export function questionLines(question: Question): readonly string[] {
  const { grant, does, tool, endpoint, account, replaces, replacesAll, process } = question
  const what = {
    find: 'wants the credential',
    save: savesWords(replaces === true, replacesAll === true),
    remove: 'wants to remove the credential',
    'remove all': 'wants to remove all credentials of its own',
  }
  const name = account === '' ? '(no user name)' : shown(account)
  return [
    `${shown(grant)} ${what[does]}`,
    `  of: ${does === 'remove all' ? '(all accounts)' : name}`,
    `  at: ${shown(endpoint)}`,
    `  for a program that says it is: ${shown(tool)}`,
    ...(process === undefined ? [] : [`  started by: ${shown(process)}`]),
  ]
}

function savesWords(replaces: boolean, replacesAll: boolean): string {
  if (replacesAll) return 'wants to save a credential in place of all that this program has there'
  return replaces ? 'wants to save a credential where one is kept already' : 'wants to save a credential'
}

/** What a person reads for each answer. */
export const choices: Readonly<Record<Word, string>> = {
  once: 'Once',
  session: 'For this session',
  always: 'Always',
  never: 'Never',
}
