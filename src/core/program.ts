/** The result of a child program. */
export interface Ran {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

export interface RunOptions {
  /** The program's standard input. Secrets must be passed here only. */
  readonly input?: string
  /** Added to the environment; `undefined` takes the variable out of it. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** `false`: the program gets nothing of this process's environment, only `env`. */
  readonly inherits?: false
  /** Timeout in milliseconds; absent: 10 seconds. */
  readonly limit?: number
  /** The largest output, in bytes; absent: 16 MiB. */
  readonly mostOutput?: number
}

/**
 * Runs a program by its absolute path, without a shell, in a neutral working directory. `timeout` if it is too slow,
 * `unavailable` if it cannot be started. Every exit code is a result, not a failure.
 */
export type Run = (program: string, words: readonly string[], options?: RunOptions) => Promise<Ran>

/**
 * Set when credbridge calls a foreign helper. It detects a helper that calls credbridge again, which would never end.
 */
export const insideHelper = 'CREDBRIDGE_INSIDE_HELPER'

/** The message in that case. The outer credbridge recognises it in the helper's output. */
export const askedAgain = 'a helper that credbridge asked asks credbridge in turn'

/**
 * Set for a command whose output is a secret (core/minted.ts). A call below it starts no such command and waits for none.
 */
export const insideMinting = 'CREDBRIDGE_MINTING'

/** Set while setup tries a client out with a throw-away credential: a person at the terminal is told nothing about that. */
export const insideProof = 'CREDBRIDGE_PROVING'

/** Contains the number of a file descriptor, from which the key or passphrase of the vault can be read. */
export const vaultKeyDescriptor = 'CREDBRIDGE_VAULT_KEY_FD'
