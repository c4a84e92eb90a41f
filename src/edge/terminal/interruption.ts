import type { Interrupted } from '../../stores/store-type.ts'

/** Delays signals during work that must not be left half done. */
export interface Interruption {
  /** From now on a signal sets `aborted` instead of ending the process. */
  watch(): Interrupted
  /** From now on signals end the process again. If one was received since `watch`, the process ends now. */
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
