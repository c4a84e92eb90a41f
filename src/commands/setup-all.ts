import { asFailure, type Failure, type FailureCode, failureToPass } from '../core/failure.ts'
import { formatFailure, printable } from '../core/failure-text.ts'
import { hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { tools } from '../tools/index.ts'
import type { Plan, Setup, Tool } from '../tools/tool.ts'
import { broken, nothingThere, onlyShown, sayLine, withoutQuestion } from './arguments.ts'
import { chosenTools, unknownTool } from './chosen-tools.ts'
import { clearSecrets } from './doctor-tools.ts'
import { asks } from './is-set-up.ts'
import { shownSecret } from './take-over.ts'
import { wire } from './wire.ts'

/*
 * `credbridge setup` without a tool: looks at every tool first, shows what it would change, asks once, then sets up one
 * after the other. A tool that fails does not stop the next one.
 */

interface SetUpAllOptions {
  readonly only?: string
  readonly yes?: boolean
  readonly undo?: boolean
  readonly dryRun?: boolean
  readonly prove?: boolean
}

/** What setup would do for one tool. */
type Outlook =
  | { readonly state: 'absent' | 'done' | 'by-name-only' }
  | { readonly state: 'ready'; readonly plan: Plan }
  | { readonly state: 'other-way'; readonly failure: Failure }

/** A tool, and what setup or its undo would do. */
export interface Candidate {
  readonly tool: Tool
  readonly setup: Setup
  readonly outlook: Outlook
}

export async function setUpAll(
  context: CliContext,
  name: string | undefined,
  options: SetUpAllOptions,
): Promise<number> {
  if (name !== undefined) throw unknownTool('setup', withSetup, name)
  const { terminal } = context
  const undo = options.undo === true
  const all: Candidate[] = []
  for (const tool of chosenTools('setup', withSetup, options.only)) {
    const setup = await tool.setup()
    const ahead = () => lookAhead(context, setup, tool.setUpByNameOnly === true && options.only === undefined)
    all.push({ tool, setup, outlook: await (undo ? lookBack(context, setup) : ahead()) })
  }
  const ready = all.filter(({ outlook }) => outlook.state === 'ready')
  for (const { tool, outlook } of all) if (outlook.state === 'ready') show(context, tool, outlook.plan)
  showOthers(context, all, undo)
  if (!undo) await showReadable(context, all)
  if (ready.length === 0) terminal.say(undo ? 'no tool asks credbridge\n' : 'nothing to change\n')
  if (ready.length === 0) return all.some(({ outlook }) => isBroken(outlook)) ? broken : undo ? nothingThere : 0
  if (options.dryRun !== true && !(await agrees(context, ready, undo, options))) {
    terminal.say('nothing was changed\n')
    return nothingThere
  }
  const failed = all.filter(({ outlook }) => isBroken(outlook)).map(({ tool }) => tool.name)
  for (const { tool, setup } of options.dryRun === true ? [] : ready) {
    terminal.say(`\n${tool.name}:\n`)
    try {
      await wire(context, tool, setup, { undo, prove: options.prove !== false, yes: true })
    } catch (error) {
      const failure = failureToPass(error)
      failed.push(tool.name)
      terminal.say(formatFailure(failure))
    }
  }
  if (options.dryRun !== true) {
    const done = ready.filter(({ tool }) => !failed.includes(tool.name))
    showEnd(context, done.length, failed, undo)
  }
  return failed.length > 0 ? broken : 0
}

/** What undo would do, for each tool that has a setup. */
export async function lookBackAtAll(context: CliContext): Promise<readonly Candidate[]> {
  const all: Candidate[] = []
  for (const tool of withSetup) {
    const setup = await tool.setup()
    all.push({ tool, setup, outlook: await lookBack(context, setup) })
  }
  return all
}

/** Whether a file or program is broken, and the tool not just one that needs another way. */
export function isBroken(outlook: Outlook): boolean {
  const otherWays: readonly FailureCode[] = ['unsupported', 'unavailable', 'refused', 'ambiguous']
  return outlook.state === 'other-way' && !otherWays.includes(outlook.failure.code)
}

/** The tools that have a setup. */
const withSetup = tools.filter((tool): tool is Tool & Required<Pick<Tool, 'setup'>> => tool.setup !== undefined)

/** What the setup would change. A tool that is not installed fails in its plan; its check says why. */
async function lookAhead({ machine }: CliContext, setup: Setup, byNameOnly: boolean): Promise<Outlook> {
  const lines = await setup.check(machine).catch(() => [])
  if (lines.length > 0 && lines.every(({ state }) => state === 'skipped')) return { state: 'absent' }
  if (byNameOnly) return { state: asks(lines) ? 'done' : 'by-name-only' }
  try {
    const plan = await setup.plan(machine, {})
    return plan.changes.length === 0 && (plan.signIns ?? []).length === 0 ? { state: 'done' } : { state: 'ready', plan }
  } catch (error) {
    return { state: 'other-way', failure: asFailure(error) }
  }
}

/** What undo would change. Without its program a tool cannot be asked, and asks nobody. */
async function lookBack({ machine }: CliContext, setup: Setup): Promise<Outlook> {
  try {
    const plan = await setup.undo(machine, {})
    return plan.changes.length === 0 ? { state: 'absent' } : { state: 'ready', plan }
  } catch (error) {
    const failure = asFailure(error)
    return failure.code === 'unavailable' ? { state: 'absent' } : { state: 'other-way', failure }
  }
}

/** Shows a plan to the person. */
export function show({ terminal }: CliContext, { name, title }: Tool, { changes, remarks, signIns = [] }: Plan): void {
  terminal.say(`${name}: ${title}\n`)
  for (const { says } of changes) terminal.say(`  ${printable(says)}\n`)
  for (const secret of signIns) terminal.say(`  take over: ${shownSecret(secret)}\n`)
  for (const remark of remarks) terminal.say(`  note: ${printable(remark)}\n`)
}

/** Names the secrets that stay readable in files of these tools. Those that setup takes over are shown with the plan. */
async function showReadable(context: CliContext, all: readonly Candidate[]): Promise<void> {
  const here = all.filter(({ outlook }) => outlook.state === 'ready' || outlook.state === 'done')
  const readable = await clearSecrets(
    context,
    here.map(({ tool }) => tool),
    async () => [],
  )
  for (const { tool, outlook } of here) {
    const taken = outlook.state === 'ready' ? (outlook.plan.signIns ?? []).map(({ where }) => where) : []
    const left = (readable.get(tool) ?? []).filter(({ where }) => !taken.includes(where))
    const files = [...new Set(left.map(({ where }) => where))].join(', ')
    const count = left.length === 1 ? '1 secret' : `${left.length} secrets`
    if (left.length > 0) sayLine(context.terminal, `${tool.name}: ${count} can be read, which import moves: ${files}`)
  }
}

/** The tools for which nothing is done, by their reason. */
function showOthers({ terminal }: CliContext, all: readonly Candidate[], undo: boolean): void {
  const names = (state: Outlook['state']) =>
    all.filter(({ outlook }) => outlook.state === state).map(({ tool }) => tool.name)
  if (!undo && names('done').length > 0) terminal.say(`set up already: ${names('done').join(', ')}\n`)
  if (!undo && names('absent').length > 0) terminal.say(`not installed: ${names('absent').join(', ')}\n`)
  for (const name of names('by-name-only')) terminal.say(hint`only if you name it: credbridge setup ${name}\n`)
  for (const { tool, outlook } of all) {
    if (outlook.state !== 'other-way') continue
    const { message, hints } = outlook.failure
    terminal.say(`${tool.name} needs another way: ${printable(message)}\n`)
    for (const way of hints) terminal.say(`  hint: ${printable(way)}\n`)
  }
}

async function agrees(
  { terminal }: CliContext,
  ready: readonly Candidate[],
  undo: boolean,
  { yes }: SetUpAllOptions,
): Promise<boolean> {
  if (yes === true) return true
  const names = ready.map(({ tool }) => tool.name).join(', ')
  const question = undo ? `Undo the setup of ${names}?` : `Set up ${names}?`
  return terminal.confirm(question, withoutQuestion, onlyShown)
}

function showEnd({ terminal }: CliContext, count: number, failed: readonly string[], undo: boolean): void {
  const done = `${count} ${undo ? 'undone' : 'set up'}`
  terminal.say(`\n${failed.length === 0 ? done : `${done}, ${failed.length} failed: ${failed.join(', ')}`}\n`)
  terminal.say(undo ? 'hint: credbridge list\n' : 'hint: credbridge import --dry-run\nhint: credbridge doctor\n')
}
