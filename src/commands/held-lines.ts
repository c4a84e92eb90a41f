export interface HeldLines {
  /** Says the line, now or when no question is open any more. */
  say(line: string): void
  /** `ask`, with all lines held back while it waits: they would push its question off the screen. */
  around<Question, Word>(ask: (question: Question) => Promise<Word>): (question: Question) => Promise<Word>
  /** Says what is held back. */
  end(): void
}

/** Lines that are not said in the middle of a question. */
export function heldLines(sayNow: (line: string) => void): HeldLines {
  let open = 0
  let held: string[] = []
  const end = () => {
    const lines = held
    held = []
    for (const line of lines) sayNow(line)
  }
  return {
    say(line) {
      if (open === 0) sayNow(line)
      else held.push(line)
    },
    around: (ask) => async (question) => {
      open++
      try {
        return await ask(question)
      } finally {
        open--
        if (open === 0) end()
      }
    },
    end,
  }
}
