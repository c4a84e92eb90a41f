import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { standalone } from './installation/version.ts'

/** Keeps a server on Node small while nobody asks. */
export interface IdleMemory {
  /** A request has been answered. */
  heard(): void
  /** Collects no more. */
  end(): void
}

/** After so many requests there is garbage to collect, once nobody has asked for so many milliseconds. */
const enough = 100
const quiet = 10_000
/** V8 gives memory back only if little was allocated lately. */
const turns = 2

/**
 * V8 keeps garbage until it needs the room. Machine code of its optimising compiler is several megabytes, which a server that
 * is asked now and then does not earn back: https://nodejs.org/api/v8.html#v8setflagsfromstringflags
 */
export function idleMemory(): IdleMemory {
  if (standalone) return { heard() {}, end() {} }
  setFlagsFromString('--no-opt')
  setFlagsFromString('--expose-gc')
  let count = 0
  let timer: NodeJS.Timeout | undefined
  function collectLater(left: number): void {
    timer = setTimeout(() => {
      runInNewContext('gc')()
      count = 0
      if (left > 1) collectLater(left - 1)
    }, quiet).unref()
  }
  return {
    heard() {
      count++
      if (count < enough) return
      clearTimeout(timer)
      collectLater(turns)
    },
    end: () => clearTimeout(timer),
  }
}
