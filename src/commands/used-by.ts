import type { Owner, Place } from '../core/credential.ts'
import { asFailure } from '../core/failure.ts'
import { samePlace } from '../core/same.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { explain } from '../engine/explain.ts'
import { tools } from '../tools/index.ts'
import type { Tool } from '../tools/tool.ts'
import { stateHere } from './is-set-up.ts'

/** What the tools of this machine do with a credential. */
export interface UsedBy {
  /** They get it. */
  readonly now: readonly Owner[]
  /** They would get it, but do not ask credbridge yet. */
  readonly notAsking: readonly Owner[]
  /** They would get it if a person shared it with them. */
  readonly notShared: readonly Owner[]
}

/** The tools that are installed here, as far as they can ask for something. */
export async function toolsHere({ machine }: CliContext): Promise<readonly ToolHere[]> {
  const asking = tools.filter(({ question }) => question !== undefined)
  const states = await Promise.all(asking.map((tool) => stateHere(machine, tool)))
  return asking.flatMap((tool, at) => {
    const state = states[at]
    const couldAsk = state === 'silent' && tool.setUpByNameOnly !== true
    return state === 'asks' || couldAsk ? [{ tool, asks: state === 'asks' }] : []
  })
}

export interface ToolHere {
  readonly tool: Tool
  /** Whether it asks credbridge. */
  readonly asks: boolean
}

/** Asks for the credential as each tool's client would. */
export async function usedBy(context: CliContext, place: Place, here: readonly ToolHere[]): Promise<UsedBy> {
  const now: Owner[] = []
  const notAsking: Owner[] = []
  const notShared: Owner[] = []
  for (const { tool, asks } of here) {
    const isGiven = await gets(context, tool, place)
    const waits = !isGiven && tool.onlyShared === true && canList(tool, place)
    if (isGiven && asks) now.push(tool.name)
    if ((isGiven || waits) && !asks) notAsking.push(tool.name)
    if (waits) notShared.push(tool.name)
  }
  return { now, notAsking, notShared }
}

/** Whether it could list a token at this place, as the kind that its protocol carries. */
function canList({ lists }: Tool, place: Place): boolean {
  return ['bearer', 'basic'].some((kind) => lists?.({ ...place, kind }) === true)
}

async function gets({ engine, asker, machine }: CliContext, { question }: Tool, place: Place): Promise<boolean> {
  const asks = await question?.({ endpoint: place.endpoint, account: undefined }, machine)
  if (asks === undefined) return false
  const { given } = await explain(engine, asker, asks).catch((error) => ({
    given: undefined,
    failure: asFailure(error),
  }))
  return given !== undefined && samePlace(given.credential, place)
}
