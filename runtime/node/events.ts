/* https://nodejs.org/api/events.html, the part that is used. */

// biome-ignore lint/suspicious/noExplicitAny: a listener knows what its event brings, an emitter does not.
export type Listener = (...values: any[]) => unknown
type Name = string | symbol

export class EventEmitter {
  #listeners: Map<Name, Listener[]> | undefined

  on(name: Name, listener: Listener): this {
    this.#listeners ??= new Map()
    this.#listeners.set(name, [...this.listeners(name), listener])
    return this
  }

  once(name: Name, listener: Listener): this {
    const first: Listener = (...values) => {
      this.off(name, first)
      return listener.apply(this, values)
    }
    return this.on(name, Object.assign(first, { listener }))
  }

  off(name: Name, listener: Listener): this {
    const all = this.listeners(name)
    const at = all.findLastIndex((one) => one === listener || (one as { listener?: Listener }).listener === listener)
    if (at >= 0) this.#listeners?.set(name, all.toSpliced(at, 1))
    return this
  }

  addListener(name: Name, listener: Listener): this {
    return this.on(name, listener)
  }

  removeListener(name: Name, listener: Listener): this {
    return this.off(name, listener)
  }

  removeAllListeners(name: Name): this {
    this.#listeners?.delete(name)
    return this
  }

  setMaxListeners(): this {
    return this
  }

  listeners(name: Name): Listener[] {
    return this.#listeners?.get(name) ?? []
  }

  listenerCount(name: Name): number {
    return this.listeners(name).length
  }

  /** Returns whether there was a listener. An `error` without a listener is thrown. */
  emit(name: Name, ...values: unknown[]): boolean {
    const all = this.listeners(name)
    if (all.length === 0 && name === 'error') throw values[0]
    for (const listener of all) listener.apply(this, values)
    return all.length > 0
  }
}
