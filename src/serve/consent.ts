import type { Owner } from '../core/credential.ts'
import type { Grant } from './grant.ts'
import type { Question, Use, Word } from './question.ts'
import type { Remembered } from './remembered.ts'

/** Asks a person. `undefined`: nobody answered in time. Throws if there is no way to ask. */
export type AskPerson = (question: Question) => Promise<Word | undefined>

/** Decides with a person, and remembers what the person said. */
export interface Consent {
  /** Whether there is somebody to ask, who has not said never and has answered before. */
  mayAsk(): boolean
  /** Whether a find by this tool can be granted at all. If not, nothing need be read for it. */
  mayGrant(tool: Owner): boolean
  /** Whether the use is granted: by what was said before, or by a question. */
  ask(question: Question): Promise<boolean>
  /** The same, but always by a question: what was said before does not count. */
  askAnew(question: Question): Promise<boolean>
  /** Whether this use was granted before and need not be asked for. */
  isGranted(use: Use): boolean
}

/** After so many questions without an answer, this grant asks no more. */
const mostUnanswered = 2

export function consentFor(grant: Grant, remembered: Remembered, askPerson: AskPerson | undefined): Consent {
  const pending = new Map<string, Promise<boolean>>()
  let last: Promise<unknown> = Promise.resolve()
  let unanswered = 0
  let isSilent = askPerson === undefined

  /** One question after the other. */
  function queued(decide: () => Promise<boolean>): Promise<boolean> {
    const turn = last.then(decide)
    last = turn.catch(() => {})
    return turn
  }

  /** A question that the same process asks already is not asked again. */
  function once(question: Question, decide: () => Promise<boolean>): Promise<boolean> {
    const name = JSON.stringify(question)
    const asked = pending.get(name)
    if (asked !== undefined) return asked
    const turn = queued(decide).finally(() => pending.delete(name))
    pending.set(name, turn)
    return turn
  }

  async function put(question: Question): Promise<boolean> {
    if (isSilent || askPerson === undefined) return false
    const word = await askPerson(question)
    if (word === undefined) unanswered++
    else remembered.note(question, word)
    if (word === 'never' || unanswered >= mostUnanswered) isSilent = true
    return word !== undefined && word !== 'never'
  }

  const isGranted = (use: Use) => grant.ask === 'first' && remembered.wordFor(use) === 'granted'

  const mayAsk = () => !isSilent

  return {
    mayAsk,
    mayGrant: (tool) => mayAsk() || (grant.ask === 'first' && remembered.grantsAny(tool)),
    ask(question) {
      const decide = async () => {
        const before = remembered.wordFor(question)
        if (before === 'refused') return false
        return (grant.ask === 'first' && before === 'granted') || put(question)
      }
      // Two saves may have different secrets.
      return question.does === 'find' ? once(question, decide) : queued(decide)
    },
    askAnew: (question) => queued(async () => remembered.wordFor(question) !== 'refused' && put(question)),
    isGranted,
  }
}
