import { after, hold, stop } from 'host:poll'

/* https://nodejs.org/api/timers.html */

export class Timeout {
  readonly #wait: number

  constructor(milliseconds: number, callback: () => void) {
    this.#wait = after(milliseconds, callback)
  }

  ref(): this {
    hold(this.#wait, true)
    return this
  }

  unref(): this {
    hold(this.#wait, false)
    return this
  }

  close(): this {
    stop(this.#wait)
    return this
  }
}

/** Calls back repeatedly, by one timeout after another. */
export class Interval {
  #timer: Timeout
  #held = true

  constructor(milliseconds: number, callback: () => void) {
    const again = () => {
      this.#timer = new Timeout(milliseconds, again)
      this.#hold()
      callback()
    }
    this.#timer = new Timeout(milliseconds, again)
  }

  unref(): this {
    this.#held = false
    return this.#hold()
  }

  close(): void {
    this.#timer.close()
  }

  #hold(): this {
    if (!this.#held) this.#timer.unref()
    return this
  }
}

const longest = 2 ** 31 - 1

export function setTimeout<Values extends unknown[]>(
  callback: (...values: Values) => void,
  milliseconds = 1,
  ...values: Values
): Timeout {
  const wait = milliseconds >= 1 && milliseconds <= longest ? milliseconds : 1
  return new Timeout(wait, () => callback(...values))
}

export function clearTimeout(timer: Timeout | undefined): void {
  timer?.close()
}

export function setInterval(callback: () => void, milliseconds: number): Interval {
  return new Interval(milliseconds, callback)
}

export function clearInterval(timer: Interval | undefined): void {
  timer?.close()
}

export function setImmediate<Values extends unknown[]>(
  callback: (...values: Values) => void,
  ...values: Values
): Timeout {
  return new Timeout(0, () => callback(...values))
}

export function clearImmediate(timer: Timeout | undefined): void {
  timer?.close()
}

export function queueMicrotask(callback: () => void): void {
  Promise.resolve().then(callback)
}
