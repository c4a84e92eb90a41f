import { EventEmitter, type Listener } from '../node/events.ts'
import { setTimeout } from '../node/timers.ts'

/* https://dom.spec.whatwg.org/#aborting-ongoing-activities, the part that is used. */

export class AbortSignal {
  readonly #events = new EventEmitter()
  #isAborted = false
  reason: unknown

  /** Does not keep the process alive. */
  static timeout(milliseconds: number): AbortSignal {
    const controller = new AbortController()
    setTimeout(() => controller.abort(named('TimeoutError')), milliseconds).unref()
    return controller.signal
  }

  get [Symbol.toStringTag](): string {
    return 'AbortSignal'
  }

  get aborted(): boolean {
    return this.#isAborted
  }

  throwIfAborted(): void {
    if (this.#isAborted) throw this.reason
  }

  addEventListener(name: 'abort', listener: Listener): void {
    this.#events.once(name, listener)
  }

  removeEventListener(name: 'abort', listener: Listener): void {
    this.#events.off(name, listener)
  }

  /** For the controller. */
  end(reason: unknown): void {
    if (this.#isAborted) return
    this.#isAborted = true
    this.reason = reason
    this.#events.emit('abort', { type: 'abort', target: this })
  }
}

export class AbortController {
  readonly signal = new AbortSignal()

  abort(reason: unknown = named('AbortError')): void {
    this.signal.end(reason)
  }
}

/** https://webidl.spec.whatwg.org/#idl-DOMException-error-names */
function named(name: string): Error {
  return Object.assign(new Error('This operation was aborted'), { name })
}
