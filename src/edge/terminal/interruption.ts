/** Delays signals during work that must not be left half done. */
export interface Interruption {
  /** From now on a signal aborts the AbortSignal instead of ending the process. */
  watch(): AbortSignal
  /** From now on signals end the process again. If one was received since `watch`, the process ends now. */
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
