/** What must not be left half done when a signal comes. */
export interface Interruption {
  /** From now on a signal that would end this process is told instead. */
  watch(): AbortSignal
  /** Lets signals end this process again; one that has come meanwhile does so now. */
  end(): void
}

const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

export function interruption(): Interruption {
  const controller = new AbortController()
  let received: NodeJS.Signals | undefined
  const note = (signal: NodeJS.Signals) => {
    received = signal
    controller.abort()
  }
  return {
    watch() {
      for (const signal of signals) process.on(signal, note)
      return controller.signal
    },
    end() {
      for (const signal of signals) process.off(signal, note)
      if (received !== undefined) process.kill(process.pid, received)
    },
  }
}
