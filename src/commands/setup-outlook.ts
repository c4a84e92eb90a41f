import { asFailure, type Failure, type FailureCode } from '../core/failure.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { tools } from '../tools/index.ts'
import type { Plan, Setup, Tool } from '../tools/tool.ts'
import { asks, isAbsentBy } from './is-set-up.ts'

/* What setup and its undo would do, tool by tool. Nothing is changed. */

/** What setup would do for one tool. */
export type Outlook =
  | { readonly state: 'absent' | 'done' | 'by-name-only' }
  | { readonly state: 'ready'; readonly plan: Plan }
  | { readonly state: 'other-way'; readonly failure: Failure }

/** A tool, and what setup or its undo would do. */
export interface Candidate {
  readonly tool: Tool
  readonly setup: Setup
  readonly outlook: Outlook
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
export const withSetup = tools.filter((tool): tool is Tool & Required<Pick<Tool, 'setup'>> => tool.setup !== undefined)

/** The others that leave secrets in files. */
export const withoutSetup = tools.filter((tool) => tool.setup === undefined && tool.plainSecrets !== undefined)

/** What the setup would change. A tool that is not installed fails in its plan; its check says why. */
export async function lookAhead({ machine }: CliContext, setup: Setup, byNameOnly: boolean): Promise<Outlook> {
  const lines = await setup.check(machine).catch(() => [])
  if (isAbsentBy(lines)) return { state: 'absent' }
  if (byNameOnly) return { state: asks(lines) ? 'done' : 'by-name-only' }
  try {
    const plan = await setup.plan(machine, {})
    return plan.changes.length === 0 && (plan.signIns ?? []).length === 0 ? { state: 'done' } : { state: 'ready', plan }
  } catch (error) {
    return { state: 'other-way', failure: asFailure(error) }
  }
}

/** What undo would change. Without its program a tool cannot be asked, and asks nobody. */
export async function lookBack({ machine }: CliContext, setup: Setup): Promise<Outlook> {
  try {
    const plan = await setup.undo(machine, {})
    return plan.changes.length === 0 ? { state: 'absent' } : { state: 'ready', plan }
  } catch (error) {
    const failure = asFailure(error)
    return failure.code === 'unavailable' ? { state: 'absent' } : { state: 'other-way', failure }
  }
}
