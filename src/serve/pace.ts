import { burst, eachSecond } from '../remote/limits.ts'

/** Lets requests through: many at once, then a steady number each second. Wakes for nothing while nobody asks. */
export interface Pace {
  /** Resolves when the next request may begin. */
  turn(): Promise<void>
}

export function pace(now: () => number): Pace {
  let left = burst
  let since = now()
  return {
    async turn() {
      const at = now()
      left = Math.min(burst, left + ((at - since) / 1000) * eachSecond) - 1
      since = at
      if (left < 0) await new Promise((resolve) => setTimeout(resolve, (-left / eachSecond) * 1000))
    },
  }
}
