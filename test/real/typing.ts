import { join } from 'node:path'
import { run } from './run.ts'

/** What a terminal shows, and what a person types then. */
export type Answer = readonly [question: string, answer: string]

/**
 * Runs a command on a terminal of its own and answers each question once it is shown and the program listens, in order;
 * gives what the terminal showed. Anything but exit 0, or a question that does not come within a minute, is an error.
 */
export async function typing(
  words: readonly string[],
  answers: readonly Answer[],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd: string },
): Promise<string> {
  const typist = join(import.meta.dirname, 'typist.py')
  const outcome = await run('python3', [typist, JSON.stringify(answers), ...words], { ...options, timeout: 90_000 })
  if (outcome.exitCode === 0) return outcome.stdout
  throw new Error(`${words.join(' ')} did not go as it should: ${outcome.stdout}${outcome.stderr}`)
}
