import { Secret } from '../../src/core/secret.ts'
import type { Person } from '../../src/sign-in/person.ts'

/** A person of a test, and what they were told. */
export interface Told extends Person {
  readonly lines: string[]
  readonly questions: string[]
}

export interface Habits {
  /** What their browser does with a page; absent: there is no browser. */
  readonly browser?: (url: string) => unknown
  /** Whether they agree to what they are asked; absent: nobody may ask. */
  readonly agrees?: boolean
  /** What they type or bring back; it is given what they were told. */
  readonly types?: (lines: readonly string[]) => Promise<string> | string
}

export function personWith({ browser, agrees, types }: Habits = {}): Told {
  const lines: string[] = []
  const questions: string[] = []
  const typed = async (question: string) => {
    questions.push(question)
    if (types === undefined) throw new Error(`asked: ${question}`)
    return types(lines)
  }
  return {
    lines,
    questions,
    isThere: true,
    say: (line) => void lines.push(line),
    ask: typed,
    askSecret: async (question) => new Secret(await typed(question)),
    readSecret: async () => new Secret(await typed('')),
    async confirm(question) {
      questions.push(question)
      if (agrees === undefined) throw new Error(`asked: ${question}`)
      return agrees
    },
    async open(url) {
      void browser?.(url)
      return browser !== undefined
    },
  }
}
