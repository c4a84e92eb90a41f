import { type BrokerOptions, createBroker } from '../../src/core/broker.ts'
import { answer } from '../../src/edge/serve.ts'
import { type MemoryStore, memoryStore } from '../../src/stores/memory.ts'
import type { Dialect, Reply } from '../../src/tools/dialect.ts'

/** A broker over a store in memory, a clock that the test moves, and dialects that talk to it. */
export function conversation(options: Pick<BrokerOptions, 'aliases'> = {}) {
  let time = Date.parse('2026-11-21T12:00:00Z')
  const store: MemoryStore = memoryStore({ now: () => time })
  const broker = createBroker({ stores: [store], now: () => time, recoverHours: 24, ...options })
  return {
    store,
    broker,
    /** Seconds since 1970, now. */
    seconds: () => Math.floor(time / 1000),
    wait(milliseconds: number) {
      time += milliseconds
    },
    say(dialect: Dialect, verb: string | readonly string[], input: string | Uint8Array = ''): Promise<Reply> {
      time += 1000
      const bytes = typeof input === 'string' ? Buffer.from(input) : input
      return answer(
        dialect,
        typeof verb === 'string' ? [verb] : verb,
        async () => bytes,
        async () => broker,
      )
    },
  }
}
