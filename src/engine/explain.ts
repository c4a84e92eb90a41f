import type { Asker } from '../core/asker.ts'
import type { Broker, Hearing } from '../core/broker.ts'
import type { Step } from '../core/decision.ts'
import { asFailure, Failure } from '../core/failure.ts'
import type { Answer, Lookup } from '../core/selection.ts'
import type { Reply } from '../tools/dialect.ts'
import type { DialectCall, Question } from '../tools/question.ts'
import type { Call } from './call.ts'
import { converse } from './converse.ts'
import type { Engine } from './engine.ts'

/** One lookup of a tool, as it was carried out, and how it was decided. */
export interface Finding {
  readonly lookup: Lookup
  readonly steps: readonly Step[]
  /** Absent: nothing was found, or it failed. */
  readonly answer?: Answer
  readonly failure?: Failure
}

/** What a tool's question leads to. */
export interface Explained {
  /** In the order in which the tool asks. */
  readonly findings: readonly Finding[]
  /** What the tool gets. */
  readonly given?: Answer
  /** Why it gets nothing although there is something: several accounts, a store that fails, an answer that its protocol cannot carry. */
  readonly failure?: Failure
}

/** Asks as the tool's client would, by its own dialect and the broker that answers it. Changes nothing. */
export async function explain(engine: Engine, asker: Asker, question: Question): Promise<Explained> {
  const findings: Finding[] = []
  if ('lookup' in question) {
    const broker = await recording(engine, { ...asker, tool: question.lookup.tool }, findings)
    const failure = await failureOf(() => broker.find(question.lookup))
    return outcome(findings, true, failure)
  }
  const { dialect } = question
  const broker = await recording(engine, { ...asker, tool: dialect.tool }, findings)
  const setting = async (name: string) => (await engine.settings()).tools[name]
  const said = await replyOf(engine, question, { ...broker, ...readOnly }, setting)
  const nothing = await replyOf(engine, question, { ...broker, ...readOnly, find: async () => undefined }, setting)
  return outcome(findings, !isSame(said.reply, nothing.reply), said.failure)
}

function outcome(findings: readonly Finding[], isAnswered: boolean, failure: Failure | undefined): Explained {
  const why = failure ?? findings.at(-1)?.failure
  if (why !== undefined) return { findings, failure: why }
  const given = isAnswered ? findings.findLast(({ answer }) => answer !== undefined)?.answer : undefined
  return { findings, ...(given === undefined ? {} : { given }) }
}

/** The engine's broker, which adds each lookup to the findings. */
async function recording(engine: Engine, asker: Asker, findings: Finding[]): Promise<Broker> {
  let heard: { lookup: Lookup; steps: Step[] } | undefined
  const hearing: Hearing = (lookup) => {
    const steps: Step[] = []
    heard = { lookup, steps }
    return (step) => void steps.push(step)
  }
  const broker = await engine.broker(asker, hearing)
  return {
    ...broker,
    async find(asked) {
      heard = undefined
      const at = () => heard ?? { lookup: asked, steps: [] }
      try {
        const answer = await broker.find(asked)
        findings.push({ ...at(), ...(answer === undefined ? {} : { answer }) })
        return answer
      } catch (error) {
        findings.push({ ...at(), failure: asFailure(error) })
        throw error
      }
    },
  }
}

const refuse = async () => {
  throw new Failure('internal', 'an explanation changes nothing')
}

/** No question of a client saves or removes anything; this makes it certain. */
const readOnly: Pick<Broker, 'save' | 'remove'> = { save: refuse, remove: refuse }

/** The reply of the dialect. It may hold the secret: it is compared and never shown. */
async function replyOf(
  { machine }: Engine,
  { dialect, words, input = '', env = {} }: DialectCall,
  broker: Broker,
  setting: (name: string) => Promise<string | undefined>,
): Promise<{ readonly reply: Reply; readonly failure?: Failure }> {
  let failure: Failure | undefined
  let [stdout, stderr] = ['', '']
  const chunks = input === '' ? [] : [Buffer.from(input)]
  const call: Call = {
    command: dialect.tool,
    words,
    env: { ...machine.env, ...env },
    folder: machine.workingFolder,
    tool: dialect.tool,
    input: { next: async () => chunks.shift(), isTerminal: async () => false },
    person: {
      present: false,
      undisturbed: true,
      ask: refuse,
      isReading: async () => false,
      tellPastClient: async () => {},
    },
    async print(output) {
      stdout += output.stdout
      stderr += output.stderr
    },
  }
  const openBroker = async () => broker
  const notice = (one: Failure) => {
    failure ??= one
  }
  const { exitCode } = await converse(dialect, call, openBroker, notice, setting)
  return { reply: { stdout, stderr, exitCode }, ...(failure === undefined ? {} : { failure }) }
}

function isSame(a: Reply, b: Reply): boolean {
  return a.stdout === b.stdout && a.stderr === b.stderr && a.exitCode === b.exitCode
}

async function failureOf(work: () => Promise<unknown>): Promise<Failure | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    return asFailure(error)
  }
}
