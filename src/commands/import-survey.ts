import { type Failure, failureToPass } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { tools } from '../tools/index.ts'
import type { NotAsking, PlainSecret, Tool } from '../tools/tool.ts'
import { chosenTools, unknownTool } from './chosen-tools.ts'
import type { Finding } from './import-batch.ts'
import { findIn } from './import-move.ts'
import { readersOn } from './import-readers.ts'
import { isAbsent } from './is-set-up.ts'
import { othersKept } from './take-over.ts'

/** A plain secret, and what import would do with it. */
export interface Candidate {
  readonly secret: PlainSecret
  /** `ask`: another secret is kept for it already. `leave`: no tool would find it in credbridge. */
  readonly state: 'move' | 'ask' | 'leave'
  /** Why it is left. */
  readonly reasons: readonly NotAsking[]
}

/** What the files of one tool hold. */
export interface Found {
  readonly tool: Tool
  readonly finding?: Finding
  readonly candidates: readonly Candidate[]
  readonly remarks: readonly string[]
  /** Why some of its files could not be looked at. */
  readonly failures: readonly Failure[]
}

interface SurveyOptions {
  readonly only?: string
  readonly withoutSetup?: boolean
  readonly dryRun?: boolean
}

/** Looks at the files of all tools. A secret that several tools find is its owner's, else the first tool's. */
export async function lookEverywhere(
  context: CliContext,
  name: string | undefined,
  options: SurveyOptions,
): Promise<readonly Found[]> {
  if (name !== undefined) throw unknownTool('import', importable, name)
  const judge = judging(context, options)
  const looked: Looked[] = []
  for (const tool of chosenTools('import', importable, options.only)) looked.push(await look(context, tool))
  const known = new Set<string>()
  const found: Found[] = []
  for (const [at, { tool, finding, remarks = [], failures = [] }] of looked.entries()) {
    const isElsewhere = (one: PlainSecret) =>
      one.credential.owner !== tool.name &&
      looked.some((other) => other.tool.name === one.credential.owner && names(other.finding).includes(nameOf(one)))
    const own = (finding?.secrets ?? []).filter((one) => !isElsewhere(one) && !known.has(nameOf(one)))
    for (const one of own) known.add(nameOf(one))
    const candidates: Candidate[] = []
    for (const secret of own) candidates.push({ secret, ...(await judge(secret)) })
    const fresh = remarks.filter((remark) => !known.has(remark))
    for (const remark of fresh) known.add(remark)
    found.push({
      tool,
      candidates,
      remarks: fresh,
      ...(finding === undefined ? {} : { finding: { ...finding, secrets: own } }),
      failures: failures.filter(({ message }) => !looked.slice(at + 1).some((later) => reports(later, message))),
    })
  }
  return found
}

type Looked = Pick<Found, 'tool'> & Partial<Found>

async function look(context: CliContext, tool: Importable): Promise<Looked> {
  try {
    const finding = await findIn(context, tool, await tool.plainSecrets(), {})
    return { tool, finding, remarks: finding.remarks, failures: finding.broken ?? [] }
  } catch (error) {
    return { tool, failures: [failureToPass(error)] }
  }
}

/** A tool that covers others comes before them, so the last one is named. */
function reports({ failures = [] }: Looked, message: string): boolean {
  return failures.some((failure) => failure.message === message)
}

function names(finding: Finding | undefined): readonly string[] {
  return (finding?.secrets ?? []).map(nameOf)
}

function nameOf({ where, credential: { endpoint, account } }: PlainSecret): string {
  return JSON.stringify([where, endpoint.form, endpoint.key, account])
}

function judging(
  context: CliContext,
  { withoutSetup, dryRun }: SurveyOptions,
): (secret: PlainSecret) => Promise<Omit<Candidate, 'secret'>> {
  const { machine } = context
  const lackingFor = readersOn(machine)
  const absent = new Map<string, Promise<boolean>>()
  const isAbsentHere = (name: string) => {
    const tool = tools.find((one) => one.name === name)
    const known = absent.get(name) ?? (tool === undefined ? Promise.resolve(false) : isAbsent(machine, tool))
    absent.set(name, known)
    return known
  }
  return async (secret) => {
    const reasons = withoutSetup === true ? [] : await lackingFor(secret)
    if (reasons.length > 0) return { state: 'leave', reasons: await asInstalled(secret, reasons, isAbsentHere) }
    // A dry run shows the secrets even if the store cannot be read.
    const others = othersKept(context, secret)
    const isConflict = (await (dryRun === true ? others.catch(() => []) : others)).length > 0
    return { state: isConflict ? 'ask' : 'move', reasons: [] }
  }
}

/** A tool that is not installed cannot be set up, and moving its secrets signs nobody out here. */
async function asInstalled(
  { readBy, credential: { owner } }: PlainSecret,
  reasons: readonly NotAsking[],
  isAbsentHere: (name: string) => Promise<boolean>,
): Promise<readonly NotAsking[]> {
  for (const reader of readBy ?? [owner]) if (!(await isAbsentHere(reader))) return reasons
  return (readBy ?? [owner]).map((reader) => ({
    why: `${reader} is not installed`,
    setup: hint`to move them all the same: credbridge import --without-setup`,
  }))
}

type Importable = Tool & Required<Pick<Tool, 'plainSecrets'>>

const importable = tools.filter((tool): tool is Importable => tool.plainSecrets !== undefined)
