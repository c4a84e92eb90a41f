import { closeSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { Machine } from '../system/machine.ts'
import { trustedProgram } from '../system/trusted-program.ts'
import { tools } from '../tools/index.ts'
import { collected } from './arguments.ts'
import { type GrantOptions, withGrant } from './serve-grant.ts'

interface SandboxOptions extends GrantOptions {
  readonly name?: string
  readonly env?: readonly string[]
  readonly read?: readonly string[]
  readonly write?: readonly string[]
  readonly network: boolean
  readonly setup: boolean
}

export function sandboxCommand(program: Command, context: CliContext): void {
  withGrant(
    program
      .command('sandbox')
      .description('run a command that sees this folder and uses the granted credentials, and nothing else of yours')
      .usage('[options] -- <command> [words...]')
      .argument('<words...>'),
  )
    .option('--name <name>', 'what the sandbox is called in questions and in the log')
    .option('-e, --env <NAME>', 'let this variable in; repeat it for more', collected)
    .option('--read <path>', 'let this folder or file be read, too', collected)
    .option('--write <path>', 'let this folder or file be read and written, too', collected)
    .option('--no-network', 'without the network')
    .option('--no-setup', 'set up no tool in the sandbox: it has its own configuration')
    .passThroughOptions()
    .action(async (words: readonly string[], options: SandboxOptions) =>
      context.end(await sandbox(context, words, options)),
    )
}

async function sandbox(context: CliContext, words: readonly string[], options: SandboxOptions): Promise<number> {
  const { machine } = context
  const [{ grantFrom, usersFrom }, { whileServed, partsOf }, edge, { keyringFilter }, start] = await Promise.all([
    import('./serve-grant.ts'),
    import('./granted.ts'),
    import('../edge/launch/sandbox.ts'),
    import('../edge/launch/no-keyrings.ts'),
    import('../edge/launch/start.ts'),
  ])
  const folder = existing(machine, machine.workingFolder)
  const reads = (options.read ?? []).map((path) => existing(machine, path))
  const writes = (options.write ?? []).map((path) => existing(machine, path))
  const bubblewrap = bubblewrapOf(machine, [folder, ...reads, ...writes])
  for (const path of [folder, ...reads, ...writes]) edge.refuseToLetIn(path, machine)
  if (options.network) edge.refuseAbstractSockets(machine.env['DBUS_SESSION_BUS_ADDRESS'] ?? '')
  // The whole path: what is always granted to one project must not count for another one.
  const name = options.name ?? `sandbox in ${folder}`
  const grant = grantFrom(options, name, usersFrom(machine.userId, []), Date.now())
  const filter = keyringFilter()
  try {
    return await whileServed(context, grant, async (socket) => {
      const { folder: socketFolder, name: socketName } = partsOf(socket)
      const plan = {
        ...{ socketFolder, socketName, folder, reads, writes },
        variables: options.env ?? [],
        network: options.network,
        commands: [...new Set(['credbridge', ...tools.flatMap((tool) => tool.commands)])],
        filter: 3,
      }
      const { words: before, env } = edge.sandboxFor(plan, machine)
      const command = options.setup ? ['/bin/sh', '-c', setUpFirst(grant.tools), 'sh', ...words] : words
      const ended = await start.attend({ program: bubblewrap, words: [...before, ...command], env, files: [filter] })
      return start.exitCodeOf(ended)
    })
  } finally {
    closeSync(filter)
  }
}

/** Sets the tools up in the empty home folder of the sandbox, then becomes the command. */
function setUpFirst(only: readonly string[] | undefined): string {
  const wanted = tools.filter(
    ({ name, asksAs = name, setup }) => setup !== undefined && only?.includes(asksAs) !== false,
  )
  const which = wanted.map(({ name }) => name).join(',')
  const setup =
    only === undefined
      ? hint`credbridge setup --yes --no-prove`
      : hint`credbridge setup --yes --no-prove --only ${which}`
  const log = '"$HOME/.local/setup.log"'
  const all = `${setup} >${log} 2>&1 </dev/null || cat ${log} >&2`
  const others = wanted
    .filter(({ setupInEmptyHome: options = [] }) => options.length > 0)
    .map(({ name, setupInEmptyHome: options = [] }) => hint`credbridge setup ${name} --no-prove ${options}`)
    .map((command) => `${command} >>${log} 2>&1 </dev/null`)
  return [...(wanted.length === 0 ? [] : [all, ...others]), 'exec "$@"'].join('\n')
}

function existing(machine: Machine, path: string): string {
  const real = machine.files.resolved(resolve(machine.workingFolder, path))
  if (real === undefined) throw new Failure('malformed', `${path} does not exist`)
  return real
}

/** Not one of those that are let in: a project's own program would run outside of the sandbox. */
function bubblewrapOf(machine: Machine, letIn: readonly string[]): string {
  if (machine.platform !== 'linux') throw new Failure('unsupported', 'a sandbox needs Linux, and bubblewrap there')
  const found = trustedProgram('bwrap', machine, letIn)
  if (found !== undefined) return found
  throw new Failure(
    'unavailable',
    'bwrap is not on PATH in a folder that only you and root can change, and without it nothing is kept from the command',
    {
      hints: [hint`install bubblewrap, for example: sudo apt-get install bubblewrap`],
    },
  )
}
