import { type Broker, type BrokerOptions, createBroker } from '../../src/core/broker.ts'
import { Failure } from '../../src/core/failure.ts'
import type { Secret } from '../../src/core/secret.ts'
import type { Call } from '../../src/engine/call.ts'
import { converse } from '../../src/engine/converse.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import type { Dialect, Reply } from '../../src/tools/dialect.ts'
import { type FailingStore, failingStore } from '../failing-store.ts'

interface OfCall extends Partial<Pick<Call, 'env'>> {
  readonly ask?: (question: string) => Promise<Secret>
  /** What is said on standard error reaches a terminal. */
  readonly isReading?: boolean
  /** What the person has set for tools. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A broker over a store in memory, a clock that the test moves, and dialects that talk to it. */
export function conversation(options: Pick<BrokerOptions, 'aliases' | 'tokenUser'> = {}) {
  let time = Date.parse('2026-11-21T12:00:00Z')
  const store: FailingStore = failingStore(memoryStore({ now: () => time }))
  const brokerFor = (tool: string) =>
    createBroker({
      asker: { tool, personPresent: false },
      stores: [store],
      now: () => time,
      recoverHours: 24,
      tokenUser: 'oauth2',
      ...options,
    })
  return {
    store,
    broker: brokerFor('person'),
    /** Seconds since 1970, now. */
    seconds: () => Math.floor(time / 1000),
    wait(milliseconds: number) {
      time += milliseconds
    },
    say(
      dialect: Dialect,
      words: string | readonly string[],
      input: string | Uint8Array = '',
      more: OfCall = {},
    ): Promise<Reply> {
      time += 1000
      const given = typeof words === 'string' ? [words] : words
      return replyTo(dialect, given, input, async () => brokerFor(dialect.tool), more)
    },
  }
}

/** What clients' persons were told past their clients, in order. */
export const toldPast: string[] = []

/** All that goes back to the client in one call. */
export async function replyTo(
  dialect: Dialect,
  words: readonly string[],
  input: string | Uint8Array,
  openBroker: () => Promise<Broker>,
  { env = {}, ask = nobodyThere, isReading = false, settings = {} }: OfCall = {},
): Promise<Reply> {
  const printed = { stdout: '', stderr: '' }
  const chunks = [typeof input === 'string' ? Buffer.from(input) : input].filter(({ length }) => length > 0)
  const call: Call = {
    command: `${dialect.tool}-client`,
    words,
    env,
    folder: '/',
    tool: dialect.tool,
    input: { next: async () => chunks.shift(), isTerminal: async () => false },
    person: {
      present: false,
      undisturbed: true,
      ask,
      isReading: async () => isReading,
      tellPastClient: async (text) => void toldPast.push(text),
    },
    async print({ stdout, stderr }) {
      printed.stdout += stdout
      printed.stderr += stderr
    },
  }
  const { exitCode } = await converse(dialect, call, openBroker, undefined, async (name) => settings[name])
  return { ...printed, exitCode }
}

async function nobodyThere(): Promise<Secret> {
  throw new Failure('refused', 'there is no terminal to ask on')
}
