import { isAbsolute, resolve } from 'node:path'
import type { Command } from 'commander'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { Grant } from '../serve/grant.ts'
import { grantWords } from '../serve/grant-words.ts'
import { serviceUnitText, socketUnitText, unitPath } from '../serve/units.ts'
import type { Machine } from '../system/machine.ts'
import { nothingThere, sayLine } from './arguments.ts'
import { withExamples } from './command-help.ts'
import { type ServeOptions, withServing } from './serve.ts'
import {
  command,
  hasManager,
  type ManagerWords,
  managerLine,
  refuseOthersUnits,
  reloading,
  serviceFiles,
  starting,
  stopping,
  tellManager,
  unitFiles,
} from './serve-service.ts'

interface SetupServeOptions extends ServeOptions {
  readonly undo?: boolean
  readonly dryRun?: boolean
}

export function setupServeCommand(setup: Command, context: CliContext): void {
  const serve = setup
    .command('serve')
    .description('let systemd listen for credbridge serve, and start it when somebody connects')
  withExamples(serve, [
    'credbridge setup serve --allow https://git.example.com --tools git --ask never',
    'credbridge setup serve --undo',
  ])
  withServing(serve)
    .option('--undo', 'remove what setup added, and nothing else')
    .option('-n, --dry-run', 'show what would be changed')
    .action(async (options: SetupServeOptions) => {
      context.end(await (options.undo === true ? removeService(context, options) : installService(context, options)))
    })
}

async function installService(context: CliContext, options: SetupServeOptions): Promise<number> {
  const { machine, terminal } = context
  if (machine.platform !== 'linux') throw new Failure('unsupported', 'setup serve is for systemd, on Linux')
  const { grantFrom, usersFrom } = await import('./serve-grant.ts')
  const { askHere } = await import('../edge/serving.ts')
  const now = Date.now()
  const grant = grantFrom(options, options.name ?? command, usersFrom(machine.userId, options.uid ?? []), now)
  if (grant.ask !== 'never' && askHere(machine, 'no terminal') === undefined) throw nobodyToAsk(grant)
  refuseOthersUnits(machine) // Before anything is changed.
  const path = socketPath(options.socket)
  const isDry = options.dryRun === true
  if (!isDry) machine.wrappers.write([command])
  const program = machine.ownCommand(command)
  if (program === undefined) throw new Failure('unavailable', 'credbridge does not find its own command')
  const words = [program, 'serve', ...grantOptions(options, grant.until)]
  const { socket, service } = unitFiles(machine)
  for (const [file, text] of [
    [socket, socketUnitText(path)],
    [service, serviceUnitText(words, path, variablesOf(machine))],
  ] as const) {
    if (!isDry) machine.files.write(file, text)
    sayLine(terminal, `${isDry ? 'would do: ' : ''}write ${file}`)
  }
  await change(context, starting, isDry)
  sayLine(terminal, `the socket: ${path.replace(/^%t\//, '$XDG_RUNTIME_DIR/').replaceAll('%%', '%')}`)
  sayLine(terminal, `  ${grantWords(grant, now)}`)
  return 0
}

/** Stops the service, and removes its units. Returns the exit code: 1 if there are none. */
export async function removeService(context: CliContext, { dryRun = false }: { dryRun?: boolean }): Promise<number> {
  const { machine, terminal } = context
  refuseOthersUnits(machine)
  const files = serviceFiles(machine)
  if (files.length === 0) {
    sayLine(terminal, 'serve: nothing to change')
    return nothingThere
  }
  await change(context, stopping, dryRun)
  for (const file of files) {
    if (!dryRun) machine.files.remove(file)
    sayLine(terminal, `${dryRun ? 'would do: ' : ''}remove ${file}`)
  }
  if (!dryRun) machine.wrappers.remove([command])
  await change(context, reloading, dryRun)
  return 0
}

/** Runs the commands of systemd, or says them where no manager of this user runs. */
async function change(
  { machine, terminal }: CliContext,
  commands: readonly ManagerWords[],
  isDry: boolean,
): Promise<void> {
  const runs = hasManager(machine)
  if (runs && !isDry) await tellManager(machine, commands)
  const before = isDry ? 'would do: ' : runs ? 'ran: ' : 'where the manager of your session runs: '
  for (const words of commands) sayLine(terminal, `${before}${managerLine(words)}`)
}

/** In the words of a unit. A relative path is one of the folder where setup runs. */
function socketPath(named: string | undefined): string {
  if (named === undefined) return '%t/credbridge/serve.sock'
  const path = resolve(named)
  // Its value cannot be quoted there, and a space at its end would be lost.
  if (/^[\w./:@%+=,~ -]*[^ ]$/.test(path)) return unitPath(path)
  throw new Failure('unsupported', `a unit cannot name ${path}`, { hints: [hint`name a plain path: --socket <path>`] })
}

/** The options of `serve` that say the same. A time from now on is the same time at each start. */
function grantOptions(options: SetupServeOptions, until: number | undefined): readonly string[] {
  const { name, allow = [], tools, readOnly, allowSave, ask, uid = [], quiet } = options
  return [
    ...(name === undefined ? [] : ['--name', name]),
    ...allow.flatMap((one) => ['--allow', one]),
    ...(tools === undefined ? [] : ['--tools', tools]),
    ...(readOnly === true ? ['--read-only'] : []),
    ...(allowSave === true ? ['--allow-save'] : []),
    ...(until === undefined ? [] : ['--until', new Date(until).toISOString()]),
    ...(ask === undefined ? [] : ['--ask', ask]),
    ...uid.flatMap((one) => ['--uid', one]),
    ...(quiet === true ? ['--quiet'] : []),
  ]
}

/** What tells credbridge in this shell where its files and its store are. The manager of a session may have other values. */
function variablesOf({ env }: Pick<Machine, 'env'>): Readonly<Record<string, string>> {
  const folders = ['XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME'].filter((name) => isAbsolute(env[name] ?? ''))
  const store = env['CREDBRIDGE_STORE'] ?? ''
  const named = [...folders, ...(store === '' ? [] : ['CREDBRIDGE_STORE'])]
  return Object.fromEntries(named.map((name) => [name, env[name] ?? '']))
}

function nobodyToAsk({ allowed }: Grant): Failure {
  const [endpoint] = allowed ?? []
  return new Failure('refused', 'a service asks by a dialog of the desktop, and there is none here', {
    hints: [
      hint`to grant it without a question: credbridge setup serve --allow ${endpoint?.key ?? 'https://git.example.com'} --ask never`,
    ],
  })
}
