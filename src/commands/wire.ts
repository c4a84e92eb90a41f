import { asFailure, Failure, isCancelled } from '../core/failure.ts'
import { printable } from '../core/failure-text.ts'
import { hint } from '../core/hint.ts'
import { insideProof } from '../core/program.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { interruption } from '../edge/terminal/interruption.ts'
import type { Machine } from '../system/machine.ts'
import { tools } from '../tools/index.ts'
import { linkingByName, unlinkingByName } from '../tools/path-link.ts'
import type { Change, PlainSecret, Setup, SetupOptions, Tool, WhileKept } from '../tools/tool.ts'
import { nothingThere, sayLine } from './arguments.ts'
import { atHome } from './at-home.ts'
import { taken } from './import-journal.ts'
import { isSetUp, reachesUs } from './is-set-up.ts'
import { notingFolders, removeMadeFolders } from './made-folders.ts'
import { settleAtSetup } from './settle-at-setup.ts'
import { readableIn, shownChange, shownPlaces, shownRemark, shownSignIn, toMovePlain } from './setup-words.ts'
import { keepSecret, takeOut } from './take-over.ts'

export type WireOptions = SetupOptions & {
  undo?: boolean
  dryRun?: boolean
  prove?: boolean
  yes?: boolean
  /** Remarks, and what is taken over or stays, are in a preview already. */
  previewed?: boolean
}

/** Sets one tool up, or takes its setup back. Returns the exit code: 1 if the person declined. */
export async function wire(context: CliContext, tool: Tool, setup: Setup, options: WireOptions): Promise<number> {
  const { terminal } = context
  const machine = options.dryRun === true ? context.machine : notingFolders(context.machine)
  const undo = options.undo === true
  const say = (line: string) => sayLine(terminal, options.dryRun === true ? `would do: ${line}` : line)
  // A preview has the tool's name beside it.
  const shown = (says: string) =>
    options.previewed === true ? shownChange(tool, says, machine.home) : atHome(says, machine.home)
  const make = async (changes: readonly Change[]) => {
    for (const { says, apply } of changes) {
      if (options.dryRun !== true) await apply()
      say(shown(says))
    }
  }
  // First, because the plan below looks the commands up in PATH.
  if (!undo) await make(machine.relink(tool.commands))
  const {
    changes,
    remarks,
    signIns = [],
  } = undo ? await setup.undo(machine, options) : await setup.plan(machine, options)
  // Last of all that may still fail: a tool that is not there settles nothing.
  if (!undo && options.dryRun !== true) await settleAtSetup(context)
  if (options.previewed !== true) {
    for (const signIn of signIns) say(shownSignIn(signIn, machine.home))
    for (const remark of remarks) sayLine(terminal, shownRemark(tool, remark, machine.home))
  }
  if (options.dryRun !== true && signIns.length > 0 && !(await agrees(context, tool, signIns.length, options))) {
    terminal.say('nothing was changed\n')
    return nothingThere
  }
  // A damaged journal must fail before anything is changed.
  if (options.dryRun !== true && signIns.length > 0) taken(machine)
  const kept = options.dryRun === true ? [] : await takeOver(context, signIns)
  if (!undo && options.dryRun !== true) {
    machine.wrappers.write(tool.commands, tool.shims)
    await machine.compile(tool.commands)
  }
  if (!undo && tool.byName === true) await make(linkingByName(machine, tool.commands))
  await make(changes)
  if (undo) await putAway(context, tool, make, options.dryRun === true)
  if (undo && options.dryRun !== true) removeMadeFolders(machine)
  if (changes.length === 0) terminal.say(`${tool.name}: nothing to change\n`)
  if (!undo && options.previewed !== true) await sayWhatStays(context, tool, signIns)
  if (undo || options.dryRun === true) return 0
  if (options.prove !== false && setup.prove !== undefined) await proved(context, setup.prove)
  if (tool.plainSecrets !== undefined) await takeOut(context, tool, await tool.plainSecrets(), kept)
  return 0
}

async function sayWhatStays(context: CliContext, tool: Tool, taken: readonly PlainSecret[]): Promise<void> {
  const { terminal, machine } = context
  const left = (await readableIn(context, [tool], taken)).get(tool) ?? []
  for (const place of shownPlaces(left, machine.home)) sayLine(terminal, `stays plain: ${place}`)
  if (left.length > 0) sayLine(terminal, `hint: ${toMovePlain}`)
}

/** A signal ends the program that is asked, and this process only after the throw-away credential is gone. */
async function proved(context: CliContext, prove: NonNullable<Setup['prove']>): Promise<void> {
  const signals = interruption()
  signals.watch()
  try {
    sayLine(context.terminal, await prove(untold(context.machine), whileKept(context)))
  } finally {
    await signals.isStopped()
    signals.end()
  }
}

/** The machine on which the helpers of a client tell the person nothing. */
function untold(machine: Machine): Machine {
  const run: Machine['run'] = (program, words, options) =>
    machine.run(program, words, { ...options, env: { ...options?.env, [insideProof]: '1' } })
  return { ...machine, run }
}

function whileKept({ engine, asker }: CliContext): WhileKept {
  return async (credential, work) => {
    const [store] = await engine.stores()
    await store.save(asker, credential)
    try {
      return await work()
    } finally {
      await store.remove(asker, credential, credential.secret)
    }
  }
}

/** Asks once for all sign-ins. Without a terminal the person must have answered by an option. */
async function agrees({ terminal }: CliContext, { name }: Tool, count: number, { yes }: WireOptions): Promise<boolean> {
  if (yes === true) return true
  const question = `${name} will not find ${count === 1 ? 'this sign-in' : `these ${count} sign-ins`} any more. Take over?`
  try {
    return await terminal.confirm(question)
  } catch (error) {
    if (isCancelled(error)) throw error
    const { code, message } = asFailure(error)
    throw new Failure(code, `${name} would not find ${count} sign-ins any more, and ${message}`, {
      hints: [hint`to take them over, add --yes`, hint`to leave them where they are, add --no-import`],
    })
  }
}

/** Saves the sign-ins before anything is changed, so that an interruption does not sign the tool out. */
async function takeOver(context: CliContext, signIns: readonly PlainSecret[]): Promise<readonly PlainSecret[]> {
  const kept: PlainSecret[] = []
  for (const signIn of signIns) {
    if (await keepSecret(context, signIn, false)) kept.push(signIn)
    else
      context.terminal.say(
        `${printable(atHome(signIn.where, context.machine.home))}: left, credbridge keeps another secret for it already\n`,
      )
  }
  return kept
}

/** Removes links and wrappers of commands that no tool calls any longer. */
async function putAway(
  { machine }: CliContext,
  tool: Tool,
  make: (changes: readonly Change[]) => Promise<void>,
  dryRun: boolean,
): Promise<void> {
  // A registry that undo did not name, or a configuration of the whole system, may still lead to them.
  if (!dryRun && (await reachesUs(machine, tool))) return
  const unused = await noLongerCalled(machine, tool)
  await make(unlinkingByName(machine, unused))
  if (!dryRun) machine.wrappers.remove(unused)
}

/** The commands of the tool that no other configured tool calls. */
async function noLongerCalled(machine: Machine, tool: Tool): Promise<readonly string[]> {
  const others = tools.filter((other) => other !== tool && other.commands.some((one) => tool.commands.includes(one)))
  const called = new Set<string>()
  for (const other of others) if (await isSetUp(machine, other)) for (const one of other.commands) called.add(one)
  return tool.commands.filter((one) => !called.has(one))
}
