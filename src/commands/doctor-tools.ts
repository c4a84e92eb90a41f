import { dirname } from 'node:path'
import type { DoctorLine } from '../core/doctor-line.ts'
import { type Hint, hint, joinHints, stepsOf, wordsOfCommand } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { tools } from '../tools/index.ts'
import type { NotAsking, PlainSecret, Tool } from '../tools/tool.ts'
import { secretsIn } from './arguments.ts'
import type { Check } from './doctor-line-text.ts'
import { type LackingFor, readersOn } from './import-readers.ts'
import { asks, isAbsentBy, workingFix } from './is-set-up.ts'
import { lookingOnly } from './leftovers.ts'

/** Whether the commands that the tools call can be run, each command once. */
export function commandChecks(context: CliContext): readonly Check[] {
  return tools.flatMap((tool, at) =>
    tool.commands
      .filter((command) => !tools.slice(0, at).some(({ commands }) => commands.includes(command)))
      .map((command) => ({ name: tool.name, run: async () => checkCommand(context, tool, command) })),
  )
}

/** The state of each tool's setup, and its secrets that can be read. Each secret is named once. */
export function setupChecks(context: CliContext): readonly Check[] {
  const wired = tools.filter(({ setup, check }) => setup !== undefined || check !== undefined)
  const linesOf = once((tool: Tool) => setupLines(context, tool))
  const clearOf = once(async () => clearSecrets(context, wired, linesOf))
  const lackingFor = readersOn(context.machine)
  return wired.map((tool) => ({
    name: tool.name,
    run: async () => {
      const lines = await linesOf(tool)
      return withClear(tool, lines, (await clearOf(undefined)).get(tool) ?? [], lackingFor)
    },
  }))
}

/** Does the work once for each argument. */
function once<Given, Made>(work: (given: Given) => Promise<Made>): (given: Given) => Promise<Made> {
  const made = new Map<Given, Promise<Made>>()
  return (given) => {
    const before = made.get(given) ?? work(given)
    made.set(given, before)
    return before
  }
}

function checkCommand({ machine }: CliContext, { name, byName }: Tool, command: string): readonly DoctorLine[] {
  const ours = machine.ownCommand(command)
  const first = byName === true ? machine.program(command) : undefined
  if (first !== undefined && ours !== undefined && !machine.isOwnProgram(first)) {
    const says = `${first} comes first on PATH and is not of this credbridge, so ${name} asks that one`
    return [{ state: 'wrong', says, fix: hint`export PATH=${dirname(ours)}:"$PATH"` }]
  }
  const path = (byName === true && ours !== undefined ? machine.program(command) : undefined) ?? ours
  if (path !== undefined && machine.files.isWorldWritable(dirname(path))) {
    const fix = hint`chmod o-w ${dirname(path)}`
    return [{ state: 'wrong', says: `other users can replace ${command} in ${dirname(path)}`, fix }]
  }
  if (path !== undefined) return [{ state: 'ok', says: `${command} is ${path}` }]
  return [{ state: 'wrong', says: `${command} is not installed or cannot be run: install credbridge again` }]
}

/**
 * The secrets that can be read in the files of each installed tool. Where several tools read one, it counts for the
 * one that reads the fewest.
 */
export async function clearSecrets(
  { machine }: Pick<CliContext, 'machine'>,
  wired: readonly Tool[],
  linesOf: (tool: Tool) => Promise<readonly DoctorLine[]>,
): Promise<ReadonlyMap<Tool, readonly PlainSecret[]>> {
  const found = new Map<Tool, readonly PlainSecret[]>()
  for (const tool of wired) {
    if (isAbsentBy(await linesOf(tool).catch(() => []))) continue
    const secrets = (await (await tool.plainSecrets?.())?.find(lookingOnly(machine), {}).catch(() => undefined))
      ?.secrets
    if (secrets !== undefined) found.set(tool, secrets)
  }
  const named = new Set<string>()
  for (const [tool, secrets] of [...found].sort(([, a], [, b]) => a.length - b.length)) {
    found.set(
      tool,
      secrets.filter(({ where }) => !named.has(where)),
    )
    for (const { where } of secrets) named.add(where)
  }
  return found
}

/** The setup is not ok while secrets of the tool can be read. They are not named again where its own lines do. */
async function withClear(
  tool: Tool,
  lines: readonly DoctorLine[],
  secrets: readonly PlainSecret[],
  lackingFor: LackingFor,
): Promise<readonly DoctorLine[]> {
  const importing = hint`credbridge import ${tool.name}`
  if (secrets.length === 0 && !lines.some(({ fix }) => fix?.startsWith(importing) === true)) return lines
  if (secrets.length === 0 || lines.some(({ fix }) => fix === importing))
    return withoutOk(lines, ({ fix }) => fix?.startsWith(importing) === true)
  const count = secrets.length
  const places = [...new Set(secrets.map(({ where }) => where))].slice(0, 3).join(', ')
  const says = `${secretsIn(count)} of ${tool.name} can be read: ${places}${count > 3 ? ', …' : ''}`
  const { fix, remark = '' } = await movingOut(tool, secrets, lackingFor)
  const note: DoctorLine = { state: 'note', says: `${says}${remark}`, fix }
  return withoutOk([...lines, note], (line) => line === note)
}

/** What is ok goes before the first of these lines, as a part of it. */
function withoutOk(lines: readonly DoctorLine[], isMeant: (line: DoctorLine) => boolean): readonly DoctorLine[] {
  const facts = lines.filter(({ state }) => state === 'ok').map(({ says }) => says)
  const others = lines.filter(({ state }) => state !== 'ok')
  const first = others.find(isMeant)
  return others.map((line) => (line === first ? { ...line, says: [...facts, line.says].join('; ') } : line))
}

/** What moves the secrets of a tool out of its files. */
interface MovingOut {
  /** Works as it stands, and first makes the tool ask credbridge if it does not. */
  readonly fix: Hint
  /** What the person must know who does that; follows a text. */
  readonly remark?: string
}

export async function movingOut(
  tool: Tool,
  secrets: readonly PlainSecret[],
  lackingFor: LackingFor,
): Promise<MovingOut> {
  const importing = hint`credbridge import ${tool.name}`
  let first: NotAsking | undefined
  for (const secret of secrets) {
    const [lacking] = await lackingFor(secret)
    if (lacking === undefined) return { fix: importing }
    first ??= lacking
  }
  if (first === undefined) return { fix: importing }
  const { why, setup, isFault } = first
  if (isFault === true) return { fix: joinHints([setup, importing], ' && ') }
  if (stepsOf(setup).some((step) => wordsOfCommand(step)?.[0] === 'setup')) return { fix: setup }
  return { fix: hint`${importing.split(' ')} --without-setup`, remark: `, and ${why}; afterwards: ${setup}` }
}

async function setupLines({ machine }: CliContext, tool: Tool): Promise<readonly DoctorLine[]> {
  const found = (await (await tool.setup?.())?.check(machine)) ?? (await tool.check?.(machine)) ?? []
  const lines = await Promise.all(found.map((line) => workingFix(machine, tool, line)))
  if (!asks(lines)) return lines
  const faults = tool.commands.flatMap((command) => machine.wrappers.fault(command, tool.shims) ?? [])
  const fix = hint`credbridge setup ${tool.name}`
  return [...lines, ...faults.map((says): DoctorLine => ({ state: 'wrong', says, fix }))]
}
