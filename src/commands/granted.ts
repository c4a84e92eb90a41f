import { rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { asFailure, Failure, isCancelled } from '../core/failure.ts'
import { formatFailure } from '../core/failure-text.ts'
import { hint } from '../core/hint.ts'
import type { Terminal } from '../core/terminal.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { Grant } from '../serve/grant.ts'
import type { OpenSocket, SocketOptions } from '../serve/socket.ts'
import { randomHex } from '../system/random.ts'
import { sayLine } from './arguments.ts'
import { countedUses } from './uses.ts'

/**
 * Serves a grant at a socket of its own while `work` runs, which gets its path. Says at the start what is granted, and at
 * the end what was used. The folder of the socket has nothing else in it.
 */
export async function whileServed<T>(
  context: CliContext,
  grant: Grant,
  work: (socket: string) => Promise<T>,
): Promise<T> {
  const { machine, terminal } = context
  const { socketFolder } = await import('../edge/serving.ts')
  const { grantWords } = await import('../serve/grant-words.ts')
  const path = join(socketFolder(machine), `grant-${randomHex(6)}`, 's')
  const uses = countedUses()
  const { grant: given, ...socket } = await openBeside(context, { grant, path, nobodyToAsk, done: uses.hear })
  sayLine(terminal, `credbridge: granted: ${grantWords(given, Date.now())}`)
  sayLine(terminal, 'credbridge: the command gets these secrets themselves, and can use them wherever they are valid')
  try {
    return await work(path)
  } finally {
    socket.close()
    rmSync(dirname(path), { recursive: true, force: true })
    for (const line of uses.lines()) sayLine(terminal, `credbridge: ${line}`)
  }
}

interface Beside extends Pick<SocketOptions, 'grant' | 'path' | 'done'> {
  /** The failure if the grant needs a question and there is no desktop for it. */
  readonly nobodyToAsk: () => Failure
}

/**
 * Opens the socket of a grant beside a program that has the terminal from then on. A person is asked on the desktop. Where
 * there is none, the person is asked now, for all that the grant names, and the grant that is returned asks no more.
 */
export async function openBeside(
  { engine, machine, terminal }: CliContext,
  { nobodyToAsk, grant: wanted, ...options }: Beside,
): Promise<OpenSocket & { readonly grant: Grant }> {
  const [{ askHere, privately }, { openSocket }, { thisPerson }] = await Promise.all([
    import('../edge/serving.ts'),
    import('../serve/socket.ts'),
    import('../edge/this-call.ts'),
  ])
  const askPerson = askHere(machine, 'no terminal')
  const grant = askPerson === undefined ? await agreedNow(terminal, wanted, nobodyToAsk) : wanted
  const { present: personPresent } = thisPerson()
  const logFailed = (error: unknown) => terminal.say(formatFailure(asFailure(error)))
  const socket = await openSocket({ ...options, grant, engine, askPerson, personPresent, privately, logFailed })
  return { ...socket, grant }
}

/** The grant without questions, if the person at the terminal agrees. */
async function agreedNow(terminal: Terminal, grant: Grant, nobodyToAsk: () => Failure): Promise<Grant> {
  if (grant.ask === 'never') return grant
  if (grant.ask === 'each' || grant.allowed === undefined) throw nobodyToAsk()
  const { grantWords } = await import('../serve/grant-words.ts')
  const agreed = { ...grant, ask: 'never' } as const
  const question = `There is no desktop on which to ask you later. Grant now: ${grantWords(agreed, Date.now())}?`
  const isAgreed = await terminal.confirm(question).catch((error: unknown) => {
    throw isCancelled(error) ? error : nobodyToAsk()
  })
  if (isAgreed) return agreed
  throw new Failure('refused', 'nothing was granted, and nothing was started')
}

/** The path of the socket, in its folder. */
export function partsOf(socket: string): { readonly folder: string; readonly name: string } {
  return { folder: dirname(socket), name: basename(socket) }
}

function nobodyToAsk(): Failure {
  return new Failure('refused', 'nobody can be asked here, because the terminal is for the command', {
    hints: [hint`name what it may use, and say that it is not asked for: --allow https://git.example.com --ask never`],
  })
}
