import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { asFailure } from '../core/failure.ts'
import { formatFailure } from '../core/failure-text.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { inheritedSocket } from '../system/inherited-socket.ts'
import { collected, sayLine } from './arguments.ts'
import { heldLines } from './held-lines.ts'
import { type GrantOptions, withGrant } from './serve-grant.ts'

export interface ServeOptions extends GrantOptions {
  readonly socket?: string
  readonly name?: string
  readonly uid?: readonly string[]
  readonly quiet?: boolean
}

export function serveCommand(program: Command, context: CliContext): void {
  withServing(
    program.command('serve').description("answer other machines' tools on a socket, within what you grant"),
  ).action(async (options: ServeOptions) => context.end(await serve(context, options)))
}

/** Adds the options of `serve` to a command. */
export function withServing(command: Command): Command {
  return withGrant(
    command
      .option('--socket <path>', 'the socket, in a folder of your own')
      .option('--name <name>', 'what the other machine is called in questions and in the log'),
  )
    .option(
      '--uid <number>',
      '0: root may connect, too, as in a container of rootful docker; no other user can',
      collected,
    )
    .option('--quiet', 'do not show each request')
}

/**
 * Serves until a signal ends it, or the time of the grant. A socket of systemd's stays open after that time, and would only
 * start the next process: so there requests are refused from then on.
 */
async function serve({ engine, machine, terminal }: CliContext, options: ServeOptions): Promise<number> {
  const [{ grantFrom, usersFrom }, { askHere, privately, socketFolder }, { openSocket }, { grantWords }, { shown }] =
    await Promise.all([
      import('./serve-grant.ts'),
      import('../edge/serving.ts'),
      import('../serve/socket.ts'),
      import('../serve/grant-words.ts'),
      import('../serve/words.ts'),
    ])
  const inherited = inheritedSocket(machine.env, machine.processId)
  const path = resolve(options.socket ?? join(socketFolder(machine), 'serve.sock'))
  const grant = grantFrom(options, options.name ?? path, usersFrom(machine.userId, options.uid ?? []), Date.now())
  const { interruption } = await import('../edge/terminal/interruption.ts')
  const stopping = interruption()
  const { thisPerson } = await import('../edge/this-call.ts')
  const stopped = stopping.watch()
  const lines = heldLines((line) => sayLine(terminal, line))
  const ask = askHere(machine, 'own terminal')
  const { idleMemory } = await import('../edge/idle-memory.ts')
  const memory = idleMemory()
  const socket = await openSocket({
    engine,
    grant,
    path,
    inherited,
    askPerson: ask === undefined ? undefined : lines.around(ask),
    personPresent: thisPerson().present,
    privately,
    done: memory.heard,
    logged({ time, tool, verb, endpoint = '', account = '', outcome, code }) {
      if (options.quiet === true || outcome === 'absent') return
      const words = [tool, verb, endpoint, account, code ?? outcome].filter((word) => word !== '').map(shown)
      lines.say(`${time.slice(11, 19)} ${words.join(' ')}`)
    },
    logFailed: (error) => terminal.say(formatFailure(asFailure(error))),
  })
  sayLine(terminal, `serving at ${path}`)
  sayLine(terminal, `  ${grantWords(grant, Date.now())}`)
  if (grant.ask !== 'never' && ask === undefined) sayLine(terminal, nobodyToAsk)
  const end = (inherited === undefined ? grant.until : undefined) ?? Number.POSITIVE_INFINITY
  while (!stopped.aborted && end > Date.now()) await stopping.wait(Math.min(end - Date.now(), longestWait))
  socket.close()
  memory.end()
  lines.end()
  stopping.end()
  return 0
}

const longestWait = 2 ** 31 - 1

const nobodyToAsk =
  '  nobody can be asked here, so what you have not granted before is refused; --ask never grants what --allow names'
