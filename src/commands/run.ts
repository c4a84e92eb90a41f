import type { Command } from 'commander'
import { person } from '../core/credential.ts'
import type { Endpoint } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { runtime } from '../edge/installation/version.ts'
import { launch, realProgram, thisSurface } from '../edge/launch/launch.ts'
import { endAs } from '../edge/launch/start.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { childEnvironment } from '../system/child-environment.ts'
import { tools } from '../tools/index.ts'
import { asItIs, type Launcher } from '../tools/launch.ts'
import { profiles } from '../tools/profiles.ts'
import { collected, sayLine } from './arguments.ts'
import { envSpecVariables, parseEnvSpec, profileVariables } from './env-spec.ts'
import { placeFrom } from './place.ts'
import { type GrantOptions, withGrant } from './serve-grant.ts'

export function runCommand(program: Command, context: CliContext): void {
  withGrant(
    program
      .command('run')
      .description('start a program with credentials in its environment, and nowhere else')
      .usage('[options] -- <program> [words...]')
      .argument('<words...>'),
    'with --socket: ',
  )
    .option(
      '-e, --env <NAME=endpoint>',
      'a variable: host/path[#account][:username|:password|:basic|:bearer]; the last two are a whole Authorization header',
      collected,
    )
    .option('-p, --profile <name=endpoint>', profilesHelp(), collected)
    .option('--socket', 'for docker run and podman run: let a socket into the container, within what you grant')
    .passThroughOptions()
    .action(async (words: readonly string[], options: RunCommandOptions) => {
      if (options.socket === true) context.end(await runWithSocket(context, words, options))
      else await run(context, words, options)
    })
}

interface RunCommandOptions extends GrantOptions {
  readonly socket?: boolean
  readonly env?: readonly string[]
  readonly profile?: readonly string[]
}

function profilesHelp(): string {
  const names = profiles.map(({ name, word }) => (word === undefined ? name : `${name}:<${word}>`))
  return `what a program's manual says it reads, for: ${names.join(', ')}; without an endpoint, all that is shared with it`
}

async function run(
  context: CliContext,
  words: readonly string[],
  { env = [], profile = [] }: RunCommandOptions,
): Promise<void> {
  const [name = '', ...rest] = words
  const real = realProgram(name, context.machine)
  const specs = [...env.map(parseEnvSpec), ...profile]
  const added: Record<string, string> = {}
  const named = new Map<string, Endpoint>()
  const readPlace = (word: string) => placeFrom(context, word, undefined, {})
  for (const spec of specs) {
    const broker = await context.broker()
    const before = (variable: string) => added[variable] ?? context.machine.env[variable]
    const additions =
      typeof spec === 'string'
        ? await profileVariables(spec, broker, readPlace, before)
        : await envSpecVariables(spec, broker, readPlace)
    Object.assign(added, additions.variables)
    for (const variable of Object.keys(additions.variables)) named.set(variable, additions.endpoint)
  }
  const launcher = await launcherOf(name)
  if (launcher === undefined && specs.length === 0) throw nothingToSet(name)
  const surface = thisSurface(launcher?.tool ?? person, context.engine)
  const { machine } = context
  const call = { program: plainName(name), words: rest, machine, named, asked: true, ready: surface.ready }
  context.end(endAs(await launch(call, real, launcher ?? { tool: person, plan: async () => asItIs }, surface, added)))
}

/** Starts a container whose tools ask at a socket, and serves it until the program that started it ends. */
async function runWithSocket(
  context: CliContext,
  [name = '', ...words]: readonly string[],
  options: RunCommandOptions,
): Promise<number> {
  if (options.env !== undefined || options.profile !== undefined) {
    throw new Failure('malformed', '--socket lets the container ask for itself: leave out --env and --profile')
  }
  const [{ grantFrom, usersFrom }, { partsOf, whileServed }, { usersInside, withSocket }, { attend, exitCodeOf }] =
    await Promise.all([
      import('./serve-grant.ts'),
      import('./granted.ts'),
      import('../edge/launch/container.ts'),
      import('../edge/launch/start.ts'),
    ])
  const { machine, terminal } = context
  const program = realProgram(name, machine)
  const plain = plainName(name)
  const place = (socket: string) => withSocket(plain, words, partsOf(socket))
  place('/s') // Before anything is served.
  const { isRoot } = await usersInside(plain, program, machine)
  const others = isRoot && machine.userId !== 0
  if (others) sayLine(terminal, 'credbridge: root in the container is root of this machine, so the grant names uid 0')
  const users = usersFrom(machine.userId, others && runtime === 'native' ? ['0'] : [])
  // The whole path: what is always granted to one project must not count for another one.
  const grant = grantFrom(options, `${plain} in ${machine.workingFolder}`, users, Date.now())
  return whileServed(context, grant, async (socket) => {
    const ended = await attend({ program, words: place(socket), env: childEnvironment(machine.env) })
    return exitCodeOf(ended)
  })
}

function plainName(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
}

async function launcherOf(name: string): Promise<Launcher | undefined> {
  return tools.find(({ runs }) => runs?.includes(plainName(name)))?.launcher?.()
}

function nothingToSet(name: string): Failure {
  return new Failure('malformed', `no credential is named for ${name}`, {
    hints: [
      hint`name a variable and its endpoint: --env NAME=https://host`,
      hint`or a profile (credbridge run --help)`,
    ],
  })
}
