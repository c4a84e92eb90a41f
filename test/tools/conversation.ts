import { type BrokerOptions, createBroker } from '../../src/core/broker.ts'
import { Failure } from '../../src/core/failure.ts'
import type { Secret } from '../../src/core/secret.ts'
import { answer } from '../../src/edge/serve.ts'
import { type MemoryStore, memoryStore } from '../../src/stores/memory/store.ts'
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
    say(
      dialect: Dialect,
      words: string | readonly string[],
      input: string | Uint8Array = '',
      ask: (question: string) => Promise<Secret> = nobodyThere,
    ): Promise<Reply> {
      time += 1000
      const bytes = typeof input === 'string' ? Buffer.from(input) : input
      return answer(
        dialect,
        typeof words === 'string' ? [words] : words,
        async () => bytes,
        async () => broker,
        undefined,
        ask,
      )
    },
  }
}

async function nobodyThere(): Promise<Secret> {
  throw new Failure('refused', 'there is no terminal to ask on')
}
