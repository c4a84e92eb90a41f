import type { Interrupted } from '../../stores/store-type.ts'

/** Delays signals during work that must not be left half done. */
export interface Interruption {
  /** From now on a signal sets `aborted` instead of ending the process. */
  watch(): Interrupted
  /** Whether a signal was received since `watch`, also while a store worked without letting the event loop turn. */
  isStopped(): Promise<boolean>
  /** Waits for this many milliseconds, or until a signal is received. */
  wait(milliseconds: number): Promise<void>
  /** From now on signals end the process again. If one was received since `watch`, the process ends now. */
  end(): void
}

const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

export function interruption(): Interruption {
  const interrupted = { aborted: false }
  let received: NodeJS.Signals | undefined
  let wake = () => {}
  const note = (signal: NodeJS.Signals) => {
    received = signal
    interrupted.aborted = true
    wake()
  }
  return {
    watch() {
      for (const signal of signals) process.on(signal, note)
      return interrupted
    },
    async isStopped() {
      // A signal is noticed when the event loop waits. The second turn comes after that.
      for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
      return interrupted.aborted
    },
    wait: (milliseconds) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, interrupted.aborted ? 0 : milliseconds)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      }),
    end() {
      for (const signal of signals) process.off(signal, note)
      if (received !== undefined) process.kill(process.pid, received)
    },
  }
}

/** From now on the signals of a terminal and of a logout do not end this process. */
export function ignoreSignals(): void {
  for (const signal of signals) process.on(signal, () => {})
}
