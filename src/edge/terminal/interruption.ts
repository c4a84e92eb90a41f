/** Says whether a signal has come. */
export interface Interrupted {
  readonly aborted: boolean
}

/** What must not be left half done when a signal comes. */
export interface Interruption {
  /** From now on a signal that would end this process is told instead. */
  watch(): Interrupted
  /** Lets signals end this process again; one that has come meanwhile does so now. */
  end(): void
}

const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

export function interruption(): Interruption {
  const interrupted = { aborted: false }
  let received: NodeJS.Signals | undefined
  const note = (signal: NodeJS.Signals) => {
    received = signal
    interrupted.aborted = true
  }
  return {
    watch() {
      for (const signal of signals) process.on(signal, note)
      return interrupted
    },
    end() {
      for (const signal of signals) process.off(signal, note)
      if (received !== undefined) process.kill(process.pid, received)
    },
  }
}
