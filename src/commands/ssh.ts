import type { Command } from 'commander'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { endAs } from '../edge/launch/start.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { sayLine } from './arguments.ts'
import { type GrantOptions, withGrant } from './serve-grant.ts'

interface SshOptions extends GrantOptions {
  readonly install?: boolean
}

export function sshCommand(program: Command, context: CliContext): void {
  withGrant(
    program
      .command('ssh')
      .description('ssh to a host, whose tools get what you grant for as long as you are there')
      .usage("[options] [ssh's words] <host> [command...]")
      .argument('<words...>', "ssh's own options, the host, and a command"),
  )
    .option('--install', 'first bring this executable there, to ~/.local/bin')
    .passThroughOptions()
    .allowUnknownOption()
    .action(async (words: readonly string[], options: SshOptions) => context.end(await ssh(context, words, options)))
}

async function ssh(context: CliContext, words: readonly string[], options: SshOptions): Promise<number> {
  const { machine, terminal } = context
  const [{ sshWords }, { grantFrom }, { openBeside }, { socketFolder }, session] = await Promise.all([
    import('../edge/ssh/ssh-words.ts'),
    import('./serve-grant.ts'),
    import('./granted.ts'),
    import('../edge/serving.ts'),
    import('../edge/ssh/session.ts'),
  ])
  const named = sshWords(words)
  const grant = grantFrom(options, named.destination, [machine.userId], Date.now())
  const program = machine.program('ssh')
  if (program === undefined) throw new Failure('unavailable', 'ssh is not installed, or not in a folder of PATH')
  const { interruption } = await import('../edge/terminal/interruption.ts')
  const stopping = interruption()
  stopping.watch()
  const { control, path } = session.pathsIn(socketFolder(machine))
  const socket = await openBeside(context, { grant, path, nobodyToAsk })
  const say = (line: string) => sayLine(terminal, `credbridge: ${line}`)
  const parts = { program, control, path, words: named, machine, say }
  const ended = await session.attendSession(parts, options.install === true).finally(() => {
    socket.close()
    stopping.end()
  })
  return endAs(ended)
}

function nobodyToAsk(): Failure {
  return new Failure('refused', 'the terminal belongs to the session, and there is no desktop on which to ask you', {
    hints: [hint`without a question: credbridge ssh --allow https://git.example.com --ask never <host>`],
  })
}
