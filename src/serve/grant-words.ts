import { timeInWords } from '../core/time-words.ts'
import type { Grant } from './grant.ts'
import { shown } from './words.ts'

/** The grant in one line for a person: what it lets find, for which tools, and when somebody is asked. */
export function grantWords({ allowed, tools, saves, ask, until }: Grant, now: number): string {
  const where = allowed === undefined ? 'any endpoint' : allowed.map(({ key }) => shown(key)).join(', ')
  const who = tools === undefined ? [] : [`for ${tools.join(', ')}`]
  const end = until === undefined ? [] : [`until ${timeInWords(until, now)}`]
  return [where, ...who, saves ? 'find, save and remove' : 'find only', questions[ask], ...end].join('; ')
}

const questions = { each: 'asks each time', first: 'asks the first time', never: 'without a question' }
