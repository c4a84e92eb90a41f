import type { Broker } from '../core/broker.ts'
import { asFailure, type Failure } from '../core/failure.ts'
import { told, whereItBroke } from '../core/failure-text.ts'
import type { Secret } from '../core/secret.ts'
import { messageLines, wholeText } from '../engine/lines.ts'
import { openBroker } from '../engine/open.ts'
import type { Dialect, Input, Reading, Reply, Request } from '../tools/dialect.ts'
import { leave } from './exit.ts'
import { readInput, write } from './stdio.ts'

/** One call of a client's command: its words and its input in, the reply out, the process ended. */
export async function serve(dialect: Dialect): Promise<void> {
  const words = process.argv.slice(2)
  let stuck = false
  const noticed = (failure: Failure) => {
    stuck = failure.stuck
    if (process.env['CREDBRIDGE_DEBUG'] === '1') write(2, whereItBroke(failure))
  }
  const reply = await answer(dialect, words, readInput, () => openBroker(dialect.tool), noticed)
  write(1, reply.stdout)
  write(2, reply.stderr)
  leave(reply.exitCode, stuck)
}

/** The reply to one call, whatever happens on the way. */
export async function answer(
  dialect: Dialect,
  words: readonly string[],
  readInput: (reading: Reading) => Promise<Uint8Array>,
  openBroker: () => Promise<Broker>,
  noticed: (failure: Failure) => void = () => {},
  ask: (question: string) => Promise<Secret> = askPerson,
): Promise<Reply> {
  try {
    const reading = dialect.reading(words)
    const bytes = reading === undefined ? new Uint8Array() : await readInput(reading)
    let request = dialect.read(words, inputOf(bytes))
    while (request.do === 'ask') request = request.answered(await ask(request.question))
    return request.do === 'reply' ? request.reply : await carryOut(dialect, request, await openBroker())
  } catch (error) {
    const failure = asFailure(error)
    if (failure.code === 'ambiguous' && dialect.ambiguous === 'absent') return dialect.absent
    noticed(failure)
    return dialect.broken(failure, told(failure))
  }
}

async function askPerson(question: string): Promise<Secret> {
  return (await import('./terminal/ask.ts')).askUnseen(question, 'write it to standard input, where there was nothing')
}

async function carryOut(
  dialect: Dialect,
  request: Exclude<Request, { do: 'reply' | 'ask' }>,
  broker: Broker,
): Promise<Reply> {
  switch (request.do) {
    case 'find': {
      const found = await broker.find(request.lookup)
      return found === undefined ? dialect.absent : request.found(found)
    }
    case 'save':
      await broker.save(request.credential, request.saving)
      return dialect.done
    case 'remove': {
      const removed = await broker.remove(request.removal)
      return removed ? dialect.done : (request.absent ?? dialect.done)
    }
    case 'list':
      return request.found(await broker.listFor(request.listing))
    default:
      return request satisfies never
  }
}

function inputOf(bytes: Uint8Array): Input {
  return { bytes, text: () => wholeText(bytes), lines: () => messageLines(bytes) }
}
