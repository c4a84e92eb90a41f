/** An option of such a command. `words`: the values that completion offers. */
export interface BroughtOption {
  readonly flags: string
  readonly description: string
  readonly usual?: string
  readonly words?: readonly string[]
}

/** A command of `credbridge` that a store or a tool brings, as data for the command line, its help and completion. */
export interface BroughtCommand<Context> {
  /** Its words, for example `vault` and `status`. */
  readonly path: readonly [string, ...string[]]
  readonly description: string
  /** One to three lines for the shell, shown in its help. */
  readonly examples: readonly [string, ...string[]]
  /** In commander's syntax: `<slot>`, `[command...]`. `choices`: the valid values. */
  readonly argument?: { readonly name: string; readonly choices?: readonly string[] }
  readonly options?: readonly BroughtOption[]
  /** Whether options after the first argument belong to the program that it names. */
  readonly passThroughOptions?: boolean
  /** Returns the exit code: 0 done, 1 nothing found. */
  run(context: Context, argument: unknown, options: Readonly<Record<string, unknown>>): Promise<number>
}
