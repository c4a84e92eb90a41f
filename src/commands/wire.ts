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
import { nothingThere } from './arguments.ts'
import { taken } from './import-journal.ts'
import { isSetUp, reachesUs } from './is-set-up.ts'
import { settleAtSetup } from './settle-at-setup.ts'
import { keepSecret, shownSecret, takeOut } from './take-over.ts'

export type WireOptions = SetupOptions & { undo?: boolean; dryRun?: boolean; prove?: boolean; yes?: boolean }

/** Sets one tool up, or takes its setup back. Returns the exit code: 1 if the person declined. */
export async function wire(context: CliContext, tool: Tool, setup: Setup, options: WireOptions): Promise<number> {
  const { terminal, machine } = context
  const undo = options.undo === true
  const make = async (changes: readonly Change[]) => {
    for (const { says, apply } of changes) {
      if (options.dryRun !== true) await apply()
      terminal.say(`${options.dryRun === true ? 'would do: ' : ''}${printable(says)}\n`)
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
  for (const signIn of signIns)
    terminal.say(`${options.dryRun === true ? 'would take over: ' : ''}${shownSecret(signIn)}\n`)
  for (const remark of remarks) terminal.say(`note: ${printable(remark)}\n`)
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
  if (changes.length === 0) terminal.say(`${tool.name}: nothing to change\n`)
  if (undo || options.dryRun === true) return 0
  if (options.prove !== false && setup.prove !== undefined) await proved(context, setup.prove)
  if (tool.plainSecrets !== undefined) await takeOut(context, tool, await tool.plainSecrets(), kept)
  return 0
}

/** A signal ends the program that is asked, and this process only after the throw-away credential is gone. */
async function proved(context: CliContext, prove: NonNullable<Setup['prove']>): Promise<void> {
  const signals = interruption()
  signals.watch()
  try {
    context.terminal.say(`${printable(await prove(untold(context.machine), whileKept(context)))}\n`)
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
    else context.terminal.say(`${printable(signIn.where)}: left, credbridge keeps another secret for it already\n`)
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
