/** How a program of somebody else's was run and what came of it. */
export interface Ran {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

export interface RunOptions {
  /** What it reads from standard input; secrets go this way only. */
  readonly input?: string
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds; 10 seconds unless said. */
  readonly limit?: number
}

/**
 * Runs a program by its absolute path, without a shell, in a neutral folder. Too slow is `timeout`, not startable
 * `unavailable`; any exit code is an answer.
 */
export type Run = (program: string, words: readonly string[], options?: RunOptions) => Promise<Ran>

/** Set for somebody's helper, so that one that leads back to us is noticed instead of turning in circles. */
export const insideHelper = 'CREDBRIDGE_INSIDE_HELPER'

/** What it hears then; whoever asked it knows it again. */
export const askedInTurn = 'a helper that credbridge asked asks credbridge in turn'
