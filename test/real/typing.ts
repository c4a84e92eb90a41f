import { join } from 'node:path'
import { run } from './run.ts'

/** What a terminal shows, and what a person types then: Ctrl-C at once, all else once the program listens. */
export type Answer = readonly [question: string, answer: string, when?: 'when it listens']

/** Ctrl-C, typed at a question that waits for an answer. */
export const stopsAt = (question: string): Answer => [question, '\u0003', 'when it listens']

/**
 * The words for `python3` that run a command on a terminal of its own and answer each question, in order, once it is shown and
 * the program listens. What the terminal showed goes to standard output; the exit code is the command's, but 99 where it was
 * 0 and a question did not come, and 98 where the terminal was left in another mode.
 */
export function onTerminal(answers: readonly Answer[], ...command: readonly string[]): readonly string[] {
  return [join(import.meta.dirname, 'typist.py'), JSON.stringify(answers), ...command]
}

/** What is typed at each question that ends as ours do. */
export function typed(...answers: readonly string[]): readonly Answer[] {
  return answers.map((answer) => [': ', answer])
}

/** Runs a command on a terminal, where Enter ends each answer; gives what the terminal showed. Anything but exit 0 is an error. */
export async function typing(
  words: readonly string[],
  answers: readonly Answer[],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd: string },
): Promise<string> {
  const entered = answers.map(([question, answer]) => [question, `${answer}\r`] as const)
  const outcome = await run('python3', onTerminal(entered, ...words), { ...options, timeout: 90_000 })
  if (outcome.exitCode === 0) return outcome.stdout
  throw new Error(`${words.join(' ')} did not go as it should: ${outcome.stdout}${outcome.stderr}`)
}
