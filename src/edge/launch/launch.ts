import { fstatSync } from 'node:fs'
import { resolve, sep } from 'node:path'
import type { Broker } from '../../core/broker.ts'
import { asFailure, Failure } from '../../core/failure.ts'
import { formatFailure, printable } from '../../core/failure-text.ts'
import { hint } from '../../core/hint.ts'
import type { Answer } from '../../core/selection.ts'
import { askerOf } from '../../engine/call.ts'
import type { Engine } from '../../engine/engine.ts'
import { openEngine } from '../../engine/engine.ts'
import { childEnvironment, withoutVariable } from '../../system/child-environment.ts'
import type { LauncherMachine } from '../../system/machine.ts'
import { programsOnPath } from '../../system/programs.ts'
import { randomHex } from '../../system/random.ts'
import type { Afterwards, Call, Launch, Launcher } from '../../tools/launch.ts'
import { exit } from '../exit.ts'
import { credbridgeItself } from '../installation/itself.ts'
import { windowsCommands } from '../installation/on-windows.ts'
import { complain, write } from '../stdio.ts'
import { thisPerson } from '../this-call.ts'
import { thisLauncherMachine } from '../this-launcher.ts'
import { traceOf } from '../trace.ts'
import { attend, become, type Ended, endAs, type Start } from './start.ts'
import { makeTemporaryFile, removeTemporaryFile } from './temporary-file.ts'

/** The process, as a launch uses it. Tests pass their own. */
export interface Surface {
  openBroker(): Promise<Broker>
  /** Opens the store ahead of a lookup. */
  ready(): Promise<void>
  /** Runs a program in place of this process. It may not return. */
  become(start: Start): Promise<Ended>
  attend(start: Start): Promise<Ended>
  /** The program and the first arguments that start `credbridge`. */
  readonly credbridge: readonly [program: string, ...words: string[]]
  say(line: string): void
  /** Whether a person reads the messages. */
  readonly toPerson: boolean
}

/** Answers a call of one of our shims: starts the real program with its tool's credentials. */
export async function serveProgram(launcher: Launcher, program: string): Promise<void> {
  const windows = await windowsCommands()
  const machine = await thisLauncherMachine()
  const trace = await traceOf(program)
  let real: string | undefined
  try {
    real = realProgram(program, machine)
    const engine = openEngine(machine, { tracing: trace.tracing })
    const surface = thisSurface(launcher.tool, engine)
    const words = process.argv.slice(2)
    const call = { program, words, machine, named: new Map(), asked: false, ready: surface.ready }
    const exitCode = endAs(await launch(call, real, launcher, surface))
    trace.ends(exitCode)
    exit(exitCode, false)
  } catch (error) {
    const failure = asFailure(error)
    trace.failed(failure)
    const hints = real === undefined ? [] : [hint`to run ${program} without credentials: ${real}`]
    const text = formatFailure(new Failure(failure.code, failure.message, { hints: [...failure.hints, ...hints] }))
    complain(windows?.inWindowsWords(text) ?? text)
    exit(2, failure.stuck)
  }
}

/** The real surface: this process, and the engine's broker for a tool. */
export function thisSurface(tool: string, engine: Engine): Surface {
  const asker = askerOf({ tool, person: thisPerson() })
  return {
    openBroker: () => engine.broker(asker),
    ready: () => engine.ready(asker),
    become,
    attend,
    credbridge: credbridgeItself(),
    say: (line) => write(2, `credbridge: ${printable(line)}\n`),
    toPerson: isTerminal(2),
  }
}

/** Does the launcher's lookups, starts the program with the answers, and does the launcher's work after its end. */
export async function launch(
  call: Call,
  program: string,
  launcher: Launcher,
  surface: Surface,
  added: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const plan = await launcher.plan(call)
  const broker = plan.lookups.length === 0 ? undefined : await surface.openBroker()
  const answers: (Answer | undefined)[] = []
  for (const lookup of plan.lookups) answers.push(await broker?.find(lookup))
  const nothing = plan.lookups.length > 0 && answers.every((answer) => answer === undefined)
  if (call.asked && nothing && call.named.size === 0)
    throw await (await import('./not-shared.ts')).missing(plan.lookups, broker)
  const given = await plan.launch(answers, () => `CREDBRIDGE_${randomHex(16).toUpperCase()}`)
  for (const remark of given.remarks ?? []) surface.say(remark)
  if (surface.toPerson) {
    const unanswered = plan.lookups.filter((_, at) => answers[at] === undefined)
    const remarks = unanswered.length === 0 ? [] : await (await import('./not-shared.ts')).notShared(unanswered, broker)
    for (const { message, hints } of remarks) surface.say(`${message}: ${hints.join(', ')}`)
  }
  const ended = given.withoutProgram === true ? { exitCode: 0 } : await start(call, program, given, surface, added)
  const well = 'exitCode' in ended && ended.exitCode === 0
  if (well && given.afterwards !== undefined) await finish(given.afterwards(), surface)
  return ended
}

async function start(
  { words, machine }: Call,
  program: string,
  given: Launch,
  surface: Surface,
  added: Readonly<Record<string, string>>,
): Promise<Ended> {
  const env = environmentFor(given, added)
  if (given.file === undefined) {
    return given.afterwards === undefined
      ? surface.become({ program, words, env })
      : surface.attend({ program, words, env })
  }
  const { variable, text } = given.file
  const path = makeTemporaryFile(machine.folders.state, text)
  try {
    return await surface.attend({ program, words, env: { ...withoutVariable(env, variable), [variable]: path } })
  } finally {
    removeTemporaryFile(path)
  }
}

/** The limit for programs that start one another through credbridge, so that an endless loop ends. */
const deepest = 20

function environmentFor(given: Launch, added: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const depth = Number(process.env['CREDBRIDGE_DEPTH'] ?? '0') + 1
  if (!(depth <= deepest))
    throw new Failure('refused', `${deepest} programs have started one another through credbridge`)
  const own = Object.entries(given.env ?? {}).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : value.expose(),
  ])
  return childEnvironment(process.env, { ...added, ...Object.fromEntries(own), CREDBRIDGE_DEPTH: String(depth) })
}

async function finish({ removal, words, says }: Afterwards, surface: Surface): Promise<void> {
  if (removal !== undefined) await (await surface.openBroker()).remove(removal)
  if (says !== undefined) surface.say(says)
  if (words === undefined) return
  const [program, ...first] = surface.credbridge
  await surface.attend({ program, words: [...first, ...words], env: childEnvironment(process.env) })
}

function isTerminal(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice()
  } catch {
    return false
  }
}

/** The absolute path of the real program: the first one on PATH that is not ours. A path is used as it is. */
export function realProgram(
  program: string,
  { env, isOwnProgram }: Pick<LauncherMachine, 'env' | 'isOwnProgram'>,
): string {
  if (program.includes('/') || program.includes(sep)) return resolve(program)
  const found = programsOnPath(program, env).find((path) => !isOwnProgram(path))
  if (found !== undefined) return found
  throw new Failure('unavailable', `${program} is not installed, or not in a folder of PATH`)
}
