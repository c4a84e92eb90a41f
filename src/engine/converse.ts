import type { Broker } from '../core/broker.ts'
import { asFailure, type Failure } from '../core/failure.ts'
import { formatFailure } from '../core/failure-text.ts'
import type { Dialect, Reply, Request } from '../tools/dialect.ts'
import type { Call } from './call.ts'
import { type InputReader, inputReader } from './input-reader.ts'

/** How a call ended. */
export interface Ending {
  readonly exitCode: number
  /** Whether a native call is still running and cannot be cancelled (core/failure.ts). */
  readonly stuck: boolean
}

/** What a person has set for a tool, by its name in the settings. */
export type ReadSetting = (name: string) => Promise<string | undefined>

/** Runs one conversation to its end: carries out the dialect's requests, and prints its reply also after a failure. */
export async function converse(
  dialect: Dialect,
  call: Call,
  openBroker: () => Promise<Broker>,
  notice: (failure: Failure) => void = () => {},
  readSetting: ReadSetting = async () => undefined,
): Promise<Ending> {
  let stuck = false
  const noticed = (error: unknown): Failure => {
    const failure = asFailure(error)
    stuck ||= failure.stuck
    if (failure.code !== 'ambiguous') notice(failure)
    return failure
  }
  const reply = await lastReply(dialect, call, openBroker, noticed, readSetting)
  try {
    await call.print(reply)
    return { exitCode: reply.exitCode, stuck }
  } catch (error) {
    const failure = noticed(error)
    await call.print({ stdout: '', stderr: formatFailure(failure) }).catch(() => {})
    return { exitCode: reply.exitCode === 0 ? 1 : reply.exitCode, stuck }
  }
}

async function lastReply(
  dialect: Dialect,
  call: Call,
  openBroker: () => Promise<Broker>,
  noticed: (error: unknown) => Failure,
  readSetting: ReadSetting,
): Promise<Reply> {
  const input = inputReader(call.input)
  try {
    const conversation = dialect.converse(call)
    let step = conversation.next()
    while (step.done !== true) {
      const result = await carryOut(step.value, call, input, openBroker, readSetting).then(
        (value) => ({ value }),
        (error: unknown) => ({ failure: noticed(error) }),
      )
      step = 'failure' in result ? conversation.throw(result.failure) : conversation.next(result.value)
    }
    return step.value
  } catch (error) {
    const failure = noticed(error)
    return dialect.broken(failure, formatFailure(failure))
  }
}

async function carryOut(
  request: Request,
  call: Call,
  input: InputReader,
  openBroker: () => Promise<Broker>,
  readSetting: ReadSetting,
): Promise<unknown> {
  switch (request.do) {
    case 'read':
      return input.message(request.reading)
    case 'read-line':
      return input.line(request.atMost)
    case 'print':
      return call.print({ stdout: request.stdout, stderr: '' })
    case 'ask':
      return call.person.ask(request.question)
    case 'is-person-reading':
      return call.person.isReading()
    case 'tell-past-client':
      return call.person.tellPastClient(request.text)
    case 'find':
      return (await openBroker()).find(request.lookup)
    case 'save':
      return (await openBroker()).save(request.credential, request.saving)
    case 'remove':
      return (await openBroker()).remove(request.removal)
    case 'list':
      return (await openBroker()).listFor(request.listing)
    case 'setting':
      return readSetting(request.name)
    case 'check':
      return request.check()
    default:
      return request satisfies never
  }
}
